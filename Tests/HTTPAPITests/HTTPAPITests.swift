import HTTPAPI
import Testing
