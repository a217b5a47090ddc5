// Empty: nothing is called by name. SwiftPM wants a header.
