import Addresses
import CLibcurl
import Glibc

/// HTTP requests under way, all on one thread, through libcurl's multi interface.
final class Transfers {
  struct Request {
    let tag: Int64
    let url: String
    let headers: [String]
    let body: [UInt8]
    /// Certificates to trust instead of the system's.
    var caFile: String?
    /// The host's own choice; never from the environment.
    var proxy: String?
  }

  struct Outcome {
    let tag: Int64
    /// `nil` when no answer came.
    let status: Int?
    let error: String?
    /// The Retry-After header as it came.
    let retryAfter: String?
    let milliseconds: Int
  }

  struct Limits {
    var connectMilliseconds = 5000
    /// From the first byte to the last, name look-up included.
    var totalMilliseconds = 20_000
    /// Of an answer's head, and of its body; what is beyond is never read.
    var headBytes = 64 * 1024
    var bodyBytes = 64 * 1024
    /// What the system may take in before it is read.
    var socketBytes: Int32 = 32 * 1024
    /// Of these, and of what is neither head nor body.
    var unreadBytes = 256 * 1024
    /// What libcurl reads at a time; it looks up after a hundred times.
    var bufferBytes = 4 * 1024
    /// Connections that stay open for the next request.
    var connections = 512

    init() {}

    /// - Parameter seconds: that a request may take as a whole.
    init(timeout seconds: Int) {
      totalMilliseconds = seconds * 1000
      connectMilliseconds = min(connectMilliseconds, totalMilliseconds)
    }
  }

  private let multi: OpaquePointer
  private let policy: AddressPolicy
  private let limits: Limits
  private var running: [UnsafeMutableRawPointer: Transfer] = [:]
  /// Handles that are set up for one way each.
  private var idle: [Way: [Transfer]] = [:]
  private var idleCount = 0
  private let connections = Connections()

  init(policy: AddressPolicy, limits: Limits = Limits()) throws {
    try CurlLibrary.start()
    guard let multi = curl_multi_init() else { fatalError("libcurl is out of memory") }
    self.multi = OpaquePointer(multi)
    self.policy = policy
    self.limits = limits
    staffrepo_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, limits.connections)
  }

  deinit {
    for easy in running.keys { curl_multi_remove_handle(UnsafeMutableRawPointer(multi), easy) }
    running = [:]
    idle = [:]
    curl_multi_cleanup(UnsafeMutableRawPointer(multi))
  }

  var count: Int { running.count }

  func start(_ request: Request) {
    let transfer = handle(for: request)
    transfer.begin(request)
    running[transfer.easy] = transfer
    curl_multi_add_handle(UnsafeMutableRawPointer(multi), transfer.easy)
  }

  private func handle(for request: Request) -> Transfer {
    let way = Way(request)
    if let known = idle[way]?.popLast() {
      idleCount -= 1
      return known
    }
    // Endpoints come and go; so do the ways to them.
    if idleCount > Transfers.mostIdle { (idle, idleCount) = ([:], 0) }
    let transfer = Transfer(way, connections, policy: policy, limits: limits)
    configure(transfer.easy, transfer, way)
    return transfer
  }

  private static let mostIdle = 512

  private func configure(_ easy: UnsafeMutableRawPointer, _ transfer: Transfer, _ way: Way) {
    let context = Unmanaged.passUnretained(transfer).toOpaque()
    staffrepo_curl_set_pointer(easy, CURLOPT_URL, way.url)
    staffrepo_curl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    staffrepo_curl_set_long(easy, CURLOPT_BUFFERSIZE, limits.bufferBytes)
    staffrepo_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
    staffrepo_curl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
    staffrepo_curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, limits.connectMilliseconds)
    staffrepo_curl_set_long(easy, CURLOPT_TIMEOUT_MS, limits.totalMilliseconds)
    // After a timeout libcurl would wait for the thread that still asks the name server, and everybody with it.
    staffrepo_curl_set_long(easy, CURLOPT_QUICK_EXIT, 1)
    staffrepo_curl_set_pointer(easy, CURLOPT_PROTOCOLS_STR, "http,https")
    staffrepo_curl_set_long(easy, CURLOPT_SSL_VERIFYPEER, 1)
    staffrepo_curl_set_long(easy, CURLOPT_SSL_VERIFYHOST, 2)
    staffrepo_curl_set_long(easy, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    if let caFile = way.caFile { staffrepo_curl_set_pointer(easy, CURLOPT_CAINFO, caFile) }
    // No proxy out of the environment: the address would be judged at the proxy, not at the endpoint.
    staffrepo_curl_set_pointer(easy, CURLOPT_PROXY, way.proxy ?? "")
    staffrepo_curl_set_pointer(easy, CURLOPT_NOPROXY, "")
    staffrepo_curl_set_write(easy, receiveBody, context)
    staffrepo_curl_set_header(easy, receiveHeader, context)
    staffrepo_curl_set_opensocket(easy, openSocket, context)
    staffrepo_curl_set_prereq(easy, noteConnection, context)
    staffrepo_curl_set_progress(easy, watchFlood, context)
  }

  /// Moves everything on, waiting up to `milliseconds` for something to happen; returns what ended.
  ///
  /// - Parameter descriptors: something to read there ends the waiting, too.
  func advance(waiting milliseconds: Int32, alsoOn descriptors: [Int32] = []) -> [Outcome] {
    let handle = UnsafeMutableRawPointer(multi)
    var active: Int32 = 0
    curl_multi_perform(handle, &active)
    var ended = collect()
    if ended.isEmpty, milliseconds > 0 {
      var others = descriptors.map { curl_waitfd(fd: $0, events: Int16(CURL_WAIT_POLLIN), revents: 0) }
      curl_multi_poll(handle, &others, UInt32(others.count), milliseconds, nil)
      curl_multi_perform(handle, &active)
      ended = collect()
    }
    return ended
  }

  private func collect() -> [Outcome] {
    var outcomes: [Outcome] = []
    var left: Int32 = 0
    while let message = curl_multi_info_read(UnsafeMutableRawPointer(multi), &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
        let transfer = running.removeValue(forKey: easy)
      else { continue }
      outcomes.append(outcome(easy, transfer, message.pointee.data.result))
      curl_multi_remove_handle(UnsafeMutableRawPointer(multi), easy)
      idle[transfer.way, default: []].append(transfer)
      idleCount += 1
    }
    return outcomes
  }

  private func outcome(_ easy: UnsafeMutableRawPointer, _ transfer: Transfer, _ result: CURLcode) -> Outcome {
    var status = 0
    staffrepo_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
    var microseconds: curl_off_t = 0
    staffrepo_curl_get_off(easy, CURLINFO_TOTAL_TIME_T, &microseconds)
    let wasCut = result == CURLE_WRITE_ERROR && transfer.bodyBytes > limits.bodyBytes
    let failed = result != CURLE_OK && !wasCut || !transfer.hasWholeHead
    var error: String?
    if failed {
      error =
        transfer.refusal
        ?? (result == CURLE_OK ? "the answer ends in its head" : String(cString: curl_easy_strerror(result)))
    }
    return Outcome(
      tag: transfer.tag, status: failed ? nil : status, error: error, retryAfter: transfer.retryAfter,
      milliseconds: Int(microseconds / 1000))
  }
}

/// Where a request goes, and through what.
private struct Way: Hashable {
  let url: String
  let caFile: String?
  let proxy: String?

  init(_ request: Transfers.Request) { (url, caFile, proxy) = (request.url, request.caFile, request.proxy) }
}

/// A handle of libcurl's, and what its callbacks know of the request that it makes.
private final class Transfer {
  let easy: UnsafeMutableRawPointer
  let way: Way
  let policy: AddressPolicy
  let limits: Transfers.Limits
  let connections: Connections
  private(set) var tag: Int64 = 0
  private var headers: UnsafeMutablePointer<curl_slist>?
  /// Of the connection that it uses, once it has one.
  var descriptor: Int32?
  var headBytes = 0
  /// The blank line after the head was there.
  var hasWholeHead = false
  /// How often libcurl looked after it, and what its connection had received before.
  var looks = 0
  var receivedBefore: Int64?
  var bodyBytes = 0
  var refusal: String?
  var retryAfter: String?

  init(_ way: Way, _ connections: Connections, policy: AddressPolicy, limits: Transfers.Limits) {
    guard let easy = curl_easy_init() else { fatalError("libcurl is out of memory") }
    self.easy = easy
    self.way = way
    self.connections = connections
    self.policy = policy
    self.limits = limits
  }

  deinit {
    curl_easy_cleanup(easy)
    curl_slist_free_all(headers)
  }

  func begin(_ request: Transfers.Request) {
    tag = request.tag
    (descriptor, headBytes, hasWholeHead, looks, receivedBefore, bodyBytes) = (nil, 0, false, 0, nil, 0)
    (refusal, retryAfter) = (nil, nil)
    curl_slist_free_all(headers)
    headers = nil
    for header in request.headers { headers = curl_slist_append(headers, header) }
    staffrepo_curl_set_pointer(easy, CURLOPT_HTTPHEADER, headers)
    staffrepo_curl_set_off(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
    staffrepo_curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, request.body)
  }

  static func of(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
  }
}

/// Counts an answer's body, and ends the transfer when it grows too long: nobody needs it.
private func receiveBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let transfer = Transfer.of(context) else { return 0 }
  transfer.bodyBytes += size * count
  return transfer.bodyBytes > transfer.limits.bodyBytes ? 0 : size * count
}

private func receiveHeader(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let transfer = Transfer.of(context), let bytes else { return 0 }
  transfer.headBytes += size * count
  guard transfer.headBytes <= transfer.limits.headBytes else {
    transfer.refusal = "the answer's head is longer than \(transfer.limits.headBytes) bytes"
    return 0
  }
  // The head of an interim answer (1xx) ends with one as well; what counts follows it.
  if count == 2, bytes[0] == CChar(UInt8(ascii: "\r")) { transfer.hasWholeHead = true }
  if count > 5, bytes[0] == CChar(UInt8(ascii: "H")), bytes[4] == CChar(UInt8(ascii: "/")) {
    transfer.hasWholeHead = false
  }
  // Most lines are none of our business, and this is called for each.
  guard count > 12, bytes[0] | 0x20 == CChar(UInt8(ascii: "r")) else { return size * count }
  let line = String(decoding: UnsafeRawBufferPointer(start: bytes, count: size * count), as: UTF8.self)
  if line.lowercased().hasPrefix("retry-after:") {
    transfer.retryAfter = line.dropFirst(12).trimmingBlanks
  }
  return size * count
}

/// The sockets of the connections that libcurl keeps, by their own end: it tells a request no more than that.
private final class Connections {
  var descriptors: [String: Int32] = [:]
}

/// The request is about to go out, on a new connection or on one that was used before.
private func noteConnection(
  _ context: UnsafeMutableRawPointer?, _: UnsafeMutablePointer<CChar>?, _ address: UnsafeMutablePointer<CChar>?,
  _: Int32, _ port: Int32
) -> Int32 {
  guard let transfer = Transfer.of(context), let address else { return CURL_PREREQFUNC_ABORT }
  let end = "\(String(cString: address)) \(port)"
  if let descriptor = transfer.descriptor {
    transfer.connections.descriptors[end] = descriptor
    transfer.receivedBefore = 0
  } else {
    transfer.descriptor = transfer.connections.descriptors[end]
    transfer.receivedBefore = transfer.descriptor.map(staffrepo_received)
  }
  return CURL_PREREQFUNC_OK
}

/// Ends what goes on and on without being head or body, such as the extension of a chunk.
private func watchFlood(
  _ context: UnsafeMutableRawPointer?, _: curl_off_t, _: curl_off_t, _: curl_off_t, _: curl_off_t
) -> Int32 {
  guard let transfer = Transfer.of(context) else { return 1 }
  transfer.looks += 1
  // Until the head is whole, its bytes are counted; an ordinary answer ends soon after. To ask the system costs more.
  guard transfer.hasWholeHead || transfer.looks % 16 == 0, let descriptor = transfer.descriptor else { return 0 }
  let received = staffrepo_received(descriptor)
  guard received >= 0, let before = transfer.receivedBefore else { return 0 }
  // What the system has taken in and libcurl has not yet looked at is among them.
  let limit = transfer.limits.headBytes + transfer.limits.bodyBytes + transfer.limits.unreadBytes
  guard received - before > Int64(limit) else { return 0 }
  transfer.refusal = "the answer is longer than \(limit) bytes, and most of it is neither head nor body"
  return 1
}

extension Substring {
  fileprivate var trimmingBlanks: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}

/// Judges the very address that is about to be connected to.
private func openSocket(
  _ context: UnsafeMutableRawPointer?, _ purpose: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
  guard let transfer = Transfer.of(context), let address else { return CURL_SOCKET_BAD }
  let judged = withUnsafePointer(to: &address.pointee.addr) { IPAddress($0) }
  guard let judged else {
    transfer.refusal = "the address is neither IPv4 nor IPv6"
    return CURL_SOCKET_BAD
  }
  let refusal =
    transfer.way.proxy != nil
    ? transfer.policy.refusal(ofProxied: transfer.way.url)
    : transfer.policy.refusal(of: judged, isEncrypted: transfer.way.url.lowercased().hasPrefix("https:"))
  if let refusal {
    transfer.refusal = "refused: \(refusal)"
    return CURL_SOCKET_BAD
  }
  let descriptor = socket(
    address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
  var bytes = transfer.limits.socketBytes
  transfer.descriptor = descriptor
  setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
  return descriptor
}
