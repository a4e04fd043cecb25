import ArgumentParser
import Crypto
import GRDB
import Hummingbird
@main struct StaffRepo: ParsableCommand {}
