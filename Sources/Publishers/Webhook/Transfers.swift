import CLibcurl
import Glibc

/// HTTP requests under way, all on one thread, through libcurl's multi interface.
final class Transfers {
  struct Outcome {
    let tag: Int64
    /// `nil` when no answer came.
    let status: Int?
    let error: String?
    /// Seconds, from the Retry-After header.
    let retryAfter: Int64?
    let milliseconds: Int
  }

  struct Limits {
    var connectMilliseconds = 5000
    /// From the first byte to the last, name look-up included.
    var totalMilliseconds = 20_000
    /// Of an answer's body; what is beyond is never read.
    var responseBytes = 64 * 1024
  }

  private let multi: OpaquePointer
  private let policy: AddressPolicy
  private let limits: Limits
  private var running: [UnsafeMutableRawPointer: Transfer] = [:]
  private var idle: [UnsafeMutableRawPointer] = []

  init(policy: AddressPolicy, limits: Limits = Limits()) throws {
    try CurlLibrary.start()
    guard let multi = curl_multi_init() else { fatalError("libcurl is out of memory") }
    self.multi = OpaquePointer(multi)
    self.policy = policy
    self.limits = limits
  }

  deinit {
    for (easy, _) in running {
      curl_multi_remove_handle(UnsafeMutableRawPointer(multi), easy)
      curl_easy_cleanup(easy)
    }
    for easy in idle { curl_easy_cleanup(easy) }
    curl_multi_cleanup(UnsafeMutableRawPointer(multi))
  }

  var count: Int { running.count }

  func start(tag: Int64, url: String, headers: [String], body: [UInt8]) {
    guard let easy = idle.popLast() ?? curl_easy_init() else { fatalError("libcurl is out of memory") }
    curl_easy_reset(easy)
    let transfer = Transfer(tag: tag, isEncrypted: url.lowercased().hasPrefix("https:"), policy: policy, limits: limits)
    for header in headers { transfer.headers = curl_slist_append(transfer.headers, header) }
    configure(easy, transfer, url: url, body: body)
    running[easy] = transfer
    curl_multi_add_handle(UnsafeMutableRawPointer(multi), easy)
  }

  private func configure(_ easy: UnsafeMutableRawPointer, _ transfer: Transfer, url: String, body: [UInt8]) {
    let context = Unmanaged.passUnretained(transfer).toOpaque()
    staffrepo_curl_set_pointer(easy, CURLOPT_URL, url)
    staffrepo_curl_set_off(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
    staffrepo_curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, body)
    staffrepo_curl_set_pointer(easy, CURLOPT_HTTPHEADER, transfer.headers)
    staffrepo_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
    staffrepo_curl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
    staffrepo_curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, limits.connectMilliseconds)
    staffrepo_curl_set_long(easy, CURLOPT_TIMEOUT_MS, limits.totalMilliseconds)
    staffrepo_curl_set_pointer(easy, CURLOPT_PROTOCOLS_STR, "http,https")
    // No proxy out of the environment: the address would be judged at the proxy, not at the endpoint.
    staffrepo_curl_set_pointer(easy, CURLOPT_PROXY, "")
    staffrepo_curl_set_write(easy, receiveBody, context)
    staffrepo_curl_set_header(easy, receiveHeader, context)
    staffrepo_curl_set_opensocket(easy, openSocket, context)
  }

  /// Moves everything on, waiting up to `milliseconds` for something to happen; returns what ended.
  func advance(waiting milliseconds: Int32) -> [Outcome] {
    let handle = UnsafeMutableRawPointer(multi)
    var active: Int32 = 0
    curl_multi_perform(handle, &active)
    var ended = collect()
    if ended.isEmpty, milliseconds > 0 {
      curl_multi_poll(handle, nil, 0, milliseconds, nil)
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
      curl_slist_free_all(transfer.headers)
      idle.append(easy)
    }
    return outcomes
  }

  private func outcome(_ easy: UnsafeMutableRawPointer, _ transfer: Transfer, _ result: CURLcode) -> Outcome {
    var status = 0
    staffrepo_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
    var microseconds: curl_off_t = 0
    staffrepo_curl_get_off(easy, CURLINFO_TOTAL_TIME_T, &microseconds)
    let wasCut = result == CURLE_WRITE_ERROR && transfer.received > limits.responseBytes
    let failed = result != CURLE_OK && !wasCut
    var error: String?
    if failed {
      error = transfer.refusal ?? String(cString: curl_easy_strerror(result))
    }
    return Outcome(
      tag: transfer.tag, status: failed ? nil : status, error: error, retryAfter: transfer.retryAfter,
      milliseconds: Int(microseconds / 1000))
  }
}

/// What libcurl's callbacks know of one request.
private final class Transfer {
  let tag: Int64
  let isEncrypted: Bool
  let policy: AddressPolicy
  let limits: Transfers.Limits
  var headers: UnsafeMutablePointer<curl_slist>?
  var received = 0
  var refusal: String?
  var retryAfter: Int64?

  init(tag: Int64, isEncrypted: Bool, policy: AddressPolicy, limits: Transfers.Limits) {
    self.tag = tag
    self.isEncrypted = isEncrypted
    self.policy = policy
    self.limits = limits
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
  transfer.received += size * count
  return transfer.received > transfer.limits.responseBytes ? 0 : size * count
}

private func receiveHeader(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let transfer = Transfer.of(context), let bytes else { return size * count }
  let line = String(decoding: UnsafeRawBufferPointer(start: bytes, count: size * count), as: UTF8.self)
  if line.lowercased().hasPrefix("retry-after:") {
    transfer.retryAfter = Int64(line.dropFirst(12).filter { $0.isASCII && !$0.isWhitespace }).map { max(0, $0) }
  }
  return size * count
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
  if let refusal = transfer.policy.refusal(of: judged, isEncrypted: transfer.isEncrypted) {
    transfer.refusal = "refused: \(refusal)"
    return CURL_SOCKET_BAD
  }
  return socket(
    address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
}

/// libcurl is loaded and set up once, when the first request is made: it costs ten milliseconds.
public enum CurlLibrary {
  private static let isReady: Bool = {
    // With CURLOPT_NOSIGNAL libcurl leaves this to us: a consumer that hangs up must not end the program.
    signal(SIGPIPE, SIG_IGN)
    return curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
  }()

  public static var isThere: Bool { staffrepo_curl_is_loaded() == 1 }

  static func start() throws {
    guard isReady else {
      throw PublisherError(
        "libcurl.so.4 cannot be loaded, so nothing can be sent. Install it: apt-get install libcurl4")
    }
  }
}
