import FileStore
import FoundationEssentials
import RecordSchema

/// A set as it goes to a destination: whole files that do not change any more, and a manifest that names them.
public struct Parcel: Sendable {
  public struct File: Sendable, Equatable {
    public let name: String
    public let path: String
    public let bytes: Int
    /// `nil` for an image, whose name says it or which only the images' list names.
    public let sha256: String?
  }

  /// The set's name.
  public let set: String
  public let system: String
  public let commit: String
  public let asOf: String
  public let files: [File]
  /// Files whose content never changes under their name; they are given once, beside the sets.
  public let images: [File]
  public let manifest: [UInt8]

  public static let imageFolder = "images/"

  /// Reads a set's manifest.
  ///
  /// - Parameter folder: the set's own.
  public init(set: String, in folder: String) throws {
    self.set = set
    let bytes = try FileStore.read("\(folder)/manifest.json")
    let manifest: Manifest
    do {
      manifest = try JSONDecoder().decode(Manifest.self, from: Data(bytes))
    } catch {
      throw PublisherError("\(folder)/manifest.json is not what staffrepo writes. Publish again.")
    }
    self.manifest = bytes
    (system, commit, asOf) = (manifest.system, manifest.commit, manifest.as_of)
    let listed = try manifest.files.map { file in
      guard file.name.split(separator: "/").allSatisfy({ !["", ".", ".."].contains($0) }) else {
        throw PublisherError("\(folder)/manifest.json names a file '\(file.name)'.")
      }
      return File(name: file.name, path: "\(folder)/\(file.name)", bytes: file.bytes, sha256: file.sha256)
    }
    files = listed.filter { !$0.name.hasPrefix(Self.imageFolder) }
    images = try FileStore.names(in: folder + "/" + Self.imageFolder).filter { !$0.hasPrefix(".") }.map { name in
      let path = "\(folder)/\(Self.imageFolder)\(name)"
      return File(name: Self.imageFolder + name, path: path, bytes: try FileStore.size(path), sha256: nil)
    }
  }

  public var bytes: Int { files.reduce(0) { $0 + $1.bytes } }

  /// Whether a system that has the one has nothing new in the other.
  public func holdsTheSame(as other: Parcel) -> Bool {
    files.map { [$0.name, $0.sha256] } == other.files.map { [$0.name, $0.sha256] }
      && Set(images.map(\.name)).isSubset(of: other.images.map(\.name))
  }

  private struct Manifest: Decodable {
    struct File: Decodable {
      let name: String
      let sha256: String
      let bytes: Int
    }
    let system: String
    let commit: String
    // swift-format-ignore
    let as_of: String
    let files: [File]
  }
}
