/// Takes one input.
public typealias FuzzTarget = @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>, _ target: FuzzTarget
) -> Int32

/// Hands the command line over to libFuzzer.
///
/// libFuzzer's library without a main function is linked: SwiftPM insists on a main function of ours.
public func fuzz(_ target: FuzzTarget) {
  var count = CommandLine.argc
  var arguments = CommandLine.unsafeArgv
  _ = runDriver(&count, &arguments, target)
}

/// Stops with the faults, which libFuzzer takes for a crash, and keeps the input.
public func expectNone(_ faults: [String]) {
  if !faults.isEmpty { fatalError(faults.joined(separator: "\n")) }
}
