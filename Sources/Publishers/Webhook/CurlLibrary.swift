import CLibcurl
import Glibc

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
