import Logging
import RecordSchema

/// What the server logs, as everything else that is said to people: lines of text, or of JSON.
struct TerminalLog: LogHandler {
  var logLevel = Logger.Level.info
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }.map { name, value in
      JSON.Member(name, Int("\(value)").map(JSON.int) ?? .string("\(value)"))
    }
    let level: Terminal.Level = event.level >= .error ? .error : event.level >= .warning ? .warning : .info
    Terminal.message("\(event.message)".printable, fields, level: level)
  }
}
