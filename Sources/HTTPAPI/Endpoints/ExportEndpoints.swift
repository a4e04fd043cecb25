import Access
import HTTPTypes
import HummingbirdCore
import NIOCore
import RecordSchema

/// The files of a system's newest export set.
struct ExportEndpoints: Sendable {
  private let surroundings: Surroundings
  private let files: BlockingWork

  init(_ surroundings: Surroundings, _ files: BlockingWork) {
    self.surroundings = surroundings
    self.files = files
  }

  var all: [Operation] { [manifest, file] }

  private static let system = Parameter(
    name: "system", place: .path, explanation: "The system whose key asks, such as hr.", form: ["type": "string"],
    isRequired: true)

  private static let whose =
    "Only for a key of that very system, and only for one without units: files hold everybody."

  private var manifest: Operation {
    Operation(
      id: "getExportManifest", tag: .exports, method: .get, path: "/api/exports/{system}",
      summary: "What the newest set of export files holds.", explanation: Self.whose, entrance: .scope(.exportsRead),
      parameters: [Self.system, .ifNoneMatch],
      answers: [
        AnswerForm(
          status: 200, explanation: "The manifest: commit, day, files with their sizes and hashes.",
          forms: [("application/json", ["$ref": "#/components/schemas/Manifest"])], fields: HeaderForms.files),
        .notModified, .unknown("set"),
      ]
    ) { call in
      let folder = try folder(call)
      let set = try await files.run { try ServedSet(in: folder) }
      return try send(
        call, set.bytes, type: "application/json", tag: Tag.of([String(decoding: set.bytes, as: UTF8.self)]), set)
    }
  }

  private var file: Operation {
    Operation(
      id: "getExportFile", tag: .exports, method: .get, path: "/api/exports/{system}/{file*}",
      summary: "One file of the newest set.",
      explanation: Self.whose
        + " Take the manifest first, then its files: when another set came meanwhile, the file's ETag is not the manifest's sha256.",
      entrance: .scope(.exportsRead),
      parameters: [
        Self.system,
        Parameter(
          name: "file", place: .path, explanation: "A name of the manifest, folders included.",
          form: ["type": "string"],
          isRequired: true), .ifNoneMatch,
      ],
      answers: [
        AnswerForm(
          status: 200, explanation: "The file.",
          forms: [
            "application/octet-stream", "application/json", "application/x-ndjson", "text/csv", "application/zip",
            "image/jpeg", "image/png", "image/webp",
          ]
          .map { ($0, [:]) }, fields: HeaderForms.files),
        .notModified, .unknown("file"),
      ]
    ) { call in
      let folder = try folder(call)
      let name = call.values["file"] ?? ""
      let (set, entry, file) = try await files.run { try ServedSet.open(name, in: folder) }
      let tag = "\"\(entry.sha256)\""
      var answer = try send(call, [], type: Self.type(of: name), tag: tag, set)
      guard answer.status == .ok else { return answer }
      answer.body = .stream(
        ResponseBody(contentLength: file.size) { writer in
          var sent = 0
          while sent < file.size {
            let start = sent
            let piece = try await files.run { try file.read(from: start, count: 256 << 10) }
            try await writer.write(piece)
            sent += piece.readableBytes
          }
          try await writer.finish(nil)
        })
      return answer
    }
  }

  /// The system's folder.
  private func folder(_ call: Call) throws -> String {
    let grant = try call.holder()
    guard grant.system == call.values["system"], grant.units == nil else {
      throw Problem(
        403, "forbidden", title: "The key may not have these files",
        detail: Self.whose + " GET /api/key tells what it is.")
    }
    return try "\(surroundings.host.exports())/\(grant.system)"
  }

  private func send(_ call: Call, _ bytes: [UInt8], type: String, tag: String, _ set: ServedSet) throws -> Answer {
    let fields: HTTPFields = [
      .contentType: type, .eTag: tag, .cacheControl: "private, no-cache", .vary: "Authorization, X-API-Key",
      .commit: set.commit, .asOf: set.asOf, .noSniff: "nosniff",
    ]
    if let known = call.header(.ifNoneMatch), Tag.list(known, contains: tag) { return .notModified(fields) }
    return Answer(.ok, fields, body: .bytes(ByteBuffer(bytes: bytes)))
  }

  private static func type(of name: String) -> String {
    switch name.split(separator: ".").last {
    case "json": "application/json"
    case "ndjson": "application/x-ndjson"
    case "csv": "text/csv; charset=utf-8"
    case "zip": "application/zip"
    case "jpg", "jpeg": "image/jpeg"
    case "png": "image/png"
    case "webp": "image/webp"
    default: "application/octet-stream"
    }
  }
}
