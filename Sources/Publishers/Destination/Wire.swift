import Addresses
import CLibcurl
import Crypto
import FoundationEssentials
import Glibc
import RecordSchema

/// One connection to a destination: requests one after another, each bounded in time, each address judged as it is
/// connected to, and all of them given up at once when the program is to end.
final class Wire {
  /// What the host decides about connections.
  struct Settings: Sendable {
    var policy: AddressPolicy
    /// Seconds for which nothing may move.
    var patience: Int
    var caFile: String?
    var proxy: String?
  }

  enum Method: String { case put = "PUT", post = "POST", get = "GET", delete = "DELETE" }

  /// How the server and we know each other.
  enum Trust {
    case none
    case password(user: String, String)
    case signature(access: String, secret: String, region: String)
    case ssh(user: String, password: String?, key: (path: String, passphrase: String?)?, hostKeys: [String])
  }

  struct Call {
    var url: String
    var method: Method
    var source: Source?
    var headers: [String] = []
    /// Commands of SFTP before and after; one that begins with `*` may fail.
    var before: [String] = []
    var after: [String] = []
    /// Of an SFTP folder, its names only.
    var listsNames = false
  }

  struct Answer {
    /// Of HTTP; `nil` when no answer came, 0 for SFTP.
    let status: Int?
    let body: [UInt8]
    let code: CURLcode
    let error: String?
  }

  private let settings: Settings
  private let trust: Trust
  private let isCancelled: @Sendable () -> Bool
  private let multi: UnsafeMutableRawPointer
  private let easy: UnsafeMutableRawPointer
  private let message = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

  init(_ settings: Settings, _ trust: Trust, isCancelled: @escaping @Sendable () -> Bool) throws {
    try CurlLibrary.start()
    guard let multi = curl_multi_init(), let easy = curl_easy_init() else { fatalError("libcurl is out of memory") }
    self.multi = UnsafeMutableRawPointer(OpaquePointer(multi))
    self.easy = easy
    (self.settings, self.trust, self.isCancelled) = (settings, trust, isCancelled)
  }

  deinit {
    curl_easy_cleanup(easy)
    curl_multi_cleanup(multi)
    message.deallocate()
  }

  /// - Throws: ``SendFailure`` only when the program is to end.
  func perform(_ call: Call) throws -> Answer {
    let exchange = Exchange(call, settings, hostKeys: trust.hostKeys)
    let lists = Lists()
    curl_easy_reset(easy)
    message[0] = 0
    configure(call, exchange, lists)
    curl_multi_add_handle(multi, easy)
    defer { curl_multi_remove_handle(multi, easy) }
    var active: Int32 = 1
    while true {
      curl_multi_perform(multi, &active)
      var left: Int32 = 0
      while let news = curl_multi_info_read(multi, &left) {
        if news.pointee.msg == CURLMSG_DONE { return answer(news.pointee.data.result, exchange) }
      }
      if isCancelled() { throw SendFailure.interrupted }
      curl_multi_poll(multi, nil, 0, 100, nil)
    }
  }

  private func answer(_ code: CURLcode, _ exchange: Exchange) -> Answer {
    var status = 0
    staffrepo_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
    var error: String?
    if code != CURLE_OK {
      let said = String(cString: message)
      let general = String(cString: curl_easy_strerror(code))
      error = exchange.refusal ?? exchange.source?.failure ?? (said.isEmpty ? general : said)
    }
    return Answer(status: code == CURLE_OK ? status : nil, body: exchange.body, code: code, error: error)
  }

  private func configure(_ call: Call, _ exchange: Exchange, _ lists: Lists) {
    func set(_ option: CURLoption, _ value: Int) { staffrepo_curl_set_long(easy, option, value) }
    func set(_ option: CURLoption, _ text: String) { staffrepo_curl_set_pointer(easy, option, text) }
    let context = Unmanaged.passUnretained(exchange).toOpaque()
    set(CURLOPT_URL, call.url)
    set(CURLOPT_PATH_AS_IS, 1)
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_FOLLOWLOCATION, 0)
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    set(CURLOPT_PROTOCOLS_STR, "http,https,sftp")
    set(CURLOPT_CONNECTTIMEOUT, min(settings.patience, 15))
    // A server that takes its time with a large file is good, one that stands still is not.
    set(CURLOPT_LOW_SPEED_LIMIT, Self.slowest)
    set(CURLOPT_LOW_SPEED_TIME, settings.patience)
    set(CURLOPT_TIMEOUT, 2 * settings.patience + (call.source?.count ?? 0) / Self.slowest)
    set(CURLOPT_SERVER_RESPONSE_TIMEOUT, settings.patience)
    set(CURLOPT_QUICK_EXIT, 1)
    set(CURLOPT_TCP_KEEPALIVE, 1)
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    if let caFile = settings.caFile { set(CURLOPT_CAINFO, caFile) }
    set(CURLOPT_PROXY, settings.proxy ?? "")
    set(CURLOPT_NOPROXY, "")
    if settings.proxy != nil, call.url.hasPrefix("sftp:") { set(CURLOPT_HTTPPROXYTUNNEL, 1) }
    staffrepo_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, message)
    staffrepo_curl_set_opensocket(easy, openSocket, context)
    staffrepo_curl_set_write(easy, receive, context)
    configureTrust(exchange)
    if let source = call.source {
      set(CURLOPT_UPLOAD, 1)
      staffrepo_curl_set_off(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(source.count))
      staffrepo_curl_set_read(easy, send, context)
      staffrepo_curl_set_seek(easy, rewind, context)
      set(CURLOPT_UPLOAD_BUFFERSIZE, 256 * 1024)
    }
    if call.url.hasPrefix("sftp:") {
      set(CURLOPT_FTP_CREATE_MISSING_DIRS, Int(CURLFTP_CREATE_DIR_RETRY.rawValue))
      set(CURLOPT_DIRLISTONLY, call.listsNames ? 1 : 0)
      if call.source == nil, !call.before.isEmpty { set(CURLOPT_NOBODY, 1) }
      staffrepo_curl_set_pointer(easy, CURLOPT_QUOTE, lists.add(call.before))
      staffrepo_curl_set_pointer(easy, CURLOPT_POSTQUOTE, lists.add(call.after))
    } else {
      set(CURLOPT_CUSTOMREQUEST, call.method.rawValue)
      // Not asked first whether a file may come: a server that does not know the question would be waited for.
      staffrepo_curl_set_pointer(easy, CURLOPT_HTTPHEADER, lists.add(call.headers + ["Expect:"]))
    }
  }

  /// Bytes a second.
  private static let slowest = 2048

  private func configureTrust(_ exchange: Exchange) {
    func set(_ option: CURLoption, _ text: String) { staffrepo_curl_set_pointer(easy, option, text) }
    switch trust {
    case .none: break
    case .password(let user, let password):
      staffrepo_curl_set_long(easy, CURLOPT_HTTPAUTH, 1)
      set(CURLOPT_USERNAME, user)
      set(CURLOPT_PASSWORD, password)
    case .signature(let access, let secret, let region):
      set(CURLOPT_AWS_SIGV4, "aws:amz:\(region):s3")
      set(CURLOPT_USERNAME, access)
      set(CURLOPT_PASSWORD, secret)
    case .ssh(let user, let password, let key, _):
      set(CURLOPT_USERNAME, user)
      staffrepo_curl_set_hostkey(easy, judgeHostKey, Unmanaged.passUnretained(exchange).toOpaque())
      // Neither the agent nor the keys of whoever runs this.
      if let password {
        staffrepo_curl_set_long(easy, CURLOPT_SSH_AUTH_TYPES, Int(CURLSSH_AUTH_PASSWORD | CURLSSH_AUTH_KEYBOARD))
        set(CURLOPT_PASSWORD, password)
      } else if let key {
        staffrepo_curl_set_long(easy, CURLOPT_SSH_AUTH_TYPES, Int(CURLSSH_AUTH_PUBLICKEY))
        set(CURLOPT_SSH_PRIVATE_KEYFILE, key.path)
        set(CURLOPT_SSH_PUBLIC_KEYFILE, "")
        if let passphrase = key.passphrase { set(CURLOPT_KEYPASSWD, passphrase) }
      }
    }
  }
}

extension Wire.Trust {
  fileprivate var hostKeys: [String] { if case .ssh(_, _, _, let keys) = self { keys } else { [] } }
}

/// libcurl's lists of texts, which must live as long as the request.
private final class Lists {
  private var lists: [UnsafeMutablePointer<curl_slist>?] = []

  func add(_ texts: [String]) -> UnsafeMutablePointer<curl_slist>? {
    var list: UnsafeMutablePointer<curl_slist>?
    for text in texts { list = curl_slist_append(list, text) }
    lists.append(list)
    return list
  }

  deinit { for list in lists { curl_slist_free_all(list) } }
}

/// What libcurl's callbacks know of a request.
private final class Exchange {
  let url: String
  let source: Source?
  let settings: Wire.Settings
  let hostKeys: [String]
  var body: [UInt8] = []
  var refusal: String?

  /// Of an answer; what is beyond is not read. A folder with very many images has a long list.
  static let mostBytes = 16 * 1024 * 1024

  init(_ call: Wire.Call, _ settings: Wire.Settings, hostKeys: [String]) {
    (url, source, self.settings, self.hostKeys) = (call.url, call.source, settings, hostKeys)
  }

  static func of(_ context: UnsafeMutableRawPointer?) -> Exchange? {
    context.map { Unmanaged<Exchange>.fromOpaque($0).takeUnretainedValue() }
  }
}

private func receive(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let exchange = Exchange.of(context), let bytes else { return 0 }
  guard exchange.body.count + size * count <= Exchange.mostBytes else {
    exchange.refusal = "the answer is longer than anybody needs"
    return 0
  }
  exchange.body += UnsafeRawBufferPointer(start: bytes, count: size * count)
  return size * count
}

private func send(
  _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let source = Exchange.of(context)?.source, let buffer else { return Int(CURL_READFUNC_ABORT) }
  let read = source.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
  return read < 0 ? Int(CURL_READFUNC_ABORT) : read
}

private func rewind(_ context: UnsafeMutableRawPointer?, _ offset: curl_off_t, _ origin: Int32) -> Int32 {
  guard let source = Exchange.of(context)?.source, offset == 0, origin == SEEK_SET, source.rewind() else {
    return CURL_SEEKFUNC_CANTSEEK
  }
  return CURL_SEEKFUNC_OK
}

/// Whether the server is the one that staffrepo.yaml means: its key is one of those named there.
private func judgeHostKey(
  _ context: UnsafeMutableRawPointer?, _ type: Int32, _ key: UnsafePointer<CChar>?, _ count: Int
) -> Int32 {
  guard let exchange = Exchange.of(context), let key else { return Int32(CURLKHMATCH_MISMATCH.rawValue) }
  let digest = Data(SHA256.hash(data: Data(bytes: key, count: count)))
  let shown = "SHA256:" + digest.base64EncodedString().prefix { $0 != "=" }
  if exchange.hostKeys.contains(shown) { return Int32(CURLKHMATCH_OK.rawValue) }
  exchange.refusal =
    "the server shows the key \(shown), which is not the host_key of staffrepo.yaml: it is another server, or it has a new key. Nothing was sent"
  return Int32(CURLKHMATCH_MISMATCH.rawValue)
}

private func openSocket(
  _ context: UnsafeMutableRawPointer?, _ purpose: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
  guard let exchange = Exchange.of(context), let address else { return CURL_SOCKET_BAD }
  let judged = withUnsafePointer(to: &address.pointee.addr) { IPAddress($0) }
  guard let judged else {
    exchange.refusal = "the address is neither IPv4 nor IPv6"
    return CURL_SOCKET_BAD
  }
  let isEncrypted = !exchange.url.hasPrefix("http:")
  let refusal =
    exchange.settings.proxy != nil
    ? exchange.settings.policy.refusal(ofProxied: exchange.url)
    : exchange.settings.policy.refusal(of: judged, isEncrypted: isEncrypted)
  if let refusal {
    exchange.refusal = "refused: \(refusal)"
    return CURL_SOCKET_BAD
  }
  return socket(
    address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
}
