import DanmakuTestKit
import Testing

/// Makes each case of a test or suite wait for one of the ``TestSlots``.
///
/// Give it to the suite or to its tests, not to both: a case that needs two slots of one kind waits for ever.
struct SlotTrait: SuiteTrait, TestTrait, TestScoping {
    let slots: TestSlots

    var isRecursive: Bool {
        true
    }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await slots.hold(function)
    }
}

extension Trait where Self == SlotTrait {
    /// For a test that computes for more than half a second.
    static var computes: SlotTrait {
        SlotTrait(slots: .processor)
    }

    /// For a test that starts a server, a program or many connections.
    static var serves: SlotTrait {
        SlotTrait(slots: .server)
    }
}
