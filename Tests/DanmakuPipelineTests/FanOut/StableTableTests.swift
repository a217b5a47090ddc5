import DanmakuPipeline
import DanmakuTestKit
import Testing

struct StableTableTests {
    @Test("it holds what a dictionary holds, in an order that a second run repeats")
    func sameAsDictionary() {
        func run() -> [Int] {
            var dice = SeededGenerator(seed: 7)
            var table = StableTable<Int, Int>()
            var dictionary: [Int: Int] = [:]
            for step in 0..<2000 {
                let key = Int.random(in: 0..<40, using: &dice)
                let value = dice.oneIn(3) ? nil : step
                table[key] = value
                dictionary[key] = value
                #expect(table.count == dictionary.count && table[key] == dictionary[key])
            }
            #expect(table.values.sorted() == dictionary.values.sorted())
            #expect((0..<40).allSatisfy { table[$0] == dictionary[$0] })
            return table.values
        }
        #expect(run() == run())
    }
}
