import Roster
import Testing
