import Recruitment
import Testing
