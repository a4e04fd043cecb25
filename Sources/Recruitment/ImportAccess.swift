import Access
import RecordSchema

/// Who may hand over hires in whose name, and what was handed over.
struct ImportAccess {
  private let request: ImportRequest
  private let settings: RecruitmentSettings
  private let secret: (SecretReference) throws -> String

  enum Outcome {
    case hires(RecruitmentSettings.Source, HireReading)
    /// A message that asks for nothing, such as a system's first call.
    case nothingToDo(ImportAnswer, RecruitmentSettings.Source?)
    case refused(ImportAnswer, RecruitmentSettings.Source?)
    /// Nobody whom a key or a signature stands for: nothing is done for them, and nothing is kept of them.
    case stranger(ImportAnswer)
  }

  init(
    _ request: ImportRequest, _ settings: RecruitmentSettings, secret: @escaping (SecretReference) throws -> String
  ) {
    self.request = request
    self.settings = settings
    self.secret = secret
  }

  func open() -> Outcome {
    if request.signature != nil { return openSigned() }
    switch request.holder {
    case .signature:
      return .stranger(
        .problem(
          401, "unauthorized", "Who is this?", "A key with the scope recruitment:write, or a signature, is needed."))
    case .operatorOfHost: return read(own: nil)
    case .key(let grant):
      guard grant.scopes.contains(.recruitmentWrite) else {
        return .refused(
          .problem(
            403, "scope-missing", "The key may not do this", "The key needs the scope recruitment:write."), nil)
      }
      return read(own: grant.system)
    }
  }

  /// - Parameter own: the system that a key belongs to; `nil`: any may be named.
  private func read(own: String?) -> Outcome {
    let named = (request.source ?? own).flatMap(settings.source)
    if let named, named.format == .greenhouse {
      return obstacle(for: own, to: named) ?? greenhouse(named)
    }
    do throws(UnreadableImport) {
      let reading = try HireReading(request.body, mediaType: request.mediaType, mapping: named?.fields ?? [])
      return judge(reading, own: own)
    } catch {
      return .refused(unreadable(error), nil)
    }
  }

  private func judge(_ reading: HireReading, own: String?) -> Outcome {
    var said = Set(reading.hires.compactMap(\.sourceSystem))
    if let whole = reading.sourceSystem { said.insert(whole) }
    if let asked = request.source { said.insert(asked) }
    guard said.count <= 1 else {
      return .refused(
        .problem(
          422, "import-refused", "One system at a time",
          "The request names several systems: \(said.sorted().joined(separator: ", ")). Send the hires of each by themselves."
        ), nil)
    }
    let name = said.first ?? own ?? "recruitment"
    guard !name.isEmpty, name.unicodeScalars.count <= 64,
      name.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F })
    else {
      return .refused(
        .problem(422, "import-refused", "No name of a system", "source_system takes a word of at most 64 characters."),
        nil)
    }
    let source = settings.source(name) ?? .init(name: name)
    return obstacle(for: own, to: source) ?? .hires(source, reading)
  }

  /// Why a key, which came without a signature, may not hand over in a source's name; `nil`: it may.
  ///
  /// Asked for every form of message: one that names its system by its form alone is no more to be trusted than another.
  private func obstacle(for own: String?, to source: RecruitmentSettings.Source) -> Outcome? {
    guard let own else { return nil }
    if let refusal = Self.refusal(of: own, for: source) { return .refused(refusal, nil) }
    guard source.secret != nil else { return nil }
    return .stranger(
      .problem(
        401, "signature-invalid", "The signature is missing",
        "What \(source.name) sends is signed: the header Signature is missing."))
  }

  /// Why a key of one system may not speak for a source; `nil`: it may.
  static func refusal(of own: String, for source: RecruitmentSettings.Source) -> ImportAnswer? {
    guard own != source.name, !source.systems.contains(own) else { return nil }
    return .problem(
      403, "source-not-allowed", "The key belongs to another system",
      "The key is that of \(own), and may not speak in the name of \(source.name). An administrator allows it in staffrepo.yaml: recruitment.sources.\(source.name).systems: [\(own)]"
    )
  }

  // MARK: Signed messages

  private func openSigned() -> Outcome {
    guard
      let source = settings.sources.first(where: { source in
        (request.source ?? source.name) == source.name && source.secret.map { isSigned($0) } ?? false
      })
    else {
      return .stranger(
        .problem(
          401, "signature-invalid", "The signature is not right",
          "The header Signature is not that of any source which staffrepo.yaml names under recruitment.sources with a secret. Do both sides have the same secret?"
        ))
    }
    if source.format == .greenhouse { return greenhouse(source) }
    do throws(UnreadableImport) {
      return judgeSigned(
        try HireReading(request.body, mediaType: request.mediaType, mapping: source.fields), source)
    } catch {
      return .refused(unreadable(error), source)
    }
  }

  private func judgeSigned(_ reading: HireReading, _ source: RecruitmentSettings.Source) -> Outcome {
    let said = Set(reading.hires.compactMap(\.sourceSystem) + [reading.sourceSystem].compactMap(\.self))
    guard said.subtracting([source.name]).isEmpty else {
      return .refused(
        .problem(
          403, "source-not-allowed", "The signature belongs to another system",
          "The message is signed by \(source.name), and names \(said.sorted().joined(separator: ", "))."),
        source)
    }
    return .hires(source, reading)
  }

  private func isSigned(_ reference: SecretReference) -> Bool {
    guard let signature = request.signature, let key = try? secret(reference) else { return false }
    return MessageSignature.isGood(signature, of: request.body, key: key)
  }

  private func greenhouse(_ source: RecruitmentSettings.Source) -> Outcome {
    do throws(UnreadableImport) {
      switch try Greenhouse.read(request.body, fields: source.fields) {
      case .hire(let hire):
        var reading = HireReading()
        reading.hires = [hire]
        return .hires(source, reading)
      case .ping: return .nothingToDo(ImportAnswer(200, ["state": "pong"]), source)
      case .other(let action):
        return .nothingToDo(ImportAnswer(200, ["state": "ignored", "action": .string(action)]), source)
      }
    } catch {
      return .refused(unreadable(error), source)
    }
  }

  private func unreadable(_ fault: UnreadableImport) -> ImportAnswer {
    let place: [JSON.Member] = [
      fault.line.map { JSON.Member("line", .int($0)) }, fault.column.map { JSON.Member("column", .int($0)) },
    ].compactMap(\.self)
    return .problem(400, "import-unreadable", "What was sent cannot be read", fault.message, more: place)
  }
}
