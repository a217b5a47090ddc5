/// Finds the longest of many byte strings that starts at a place: a double array, entered by the first character.
///
/// Nearly every place of a text starts no term, and for those the answer is one look-up in ``firsts``.
struct ByteTrie: Sendable {
    struct Node: Sendable {
        /// Where the children are: child = base + byte.
        var base: Int32 = 0
        /// The parent, or -1 where the place is free.
        var check: Int32 = -1
        /// The index of the string that ends here, or -1.
        var value: Int32 = -1
    }

    /// The double array, node 0 the root; 256 free nodes at its end keep every look-up inside.
    private(set) var nodes: [Node]
    /// For each character of the basic plane, which of ``entrances`` it leads to; 0 is "none".
    private(set) var firsts: [UInt16]
    /// The node after the first character, and whether a string is that character alone.
    private(set) var entrances: [Entrance]
    /// One bit per hash of two characters that some string begins with: most walks end before they begin.
    private(set) var pairs: [UInt64]

    struct Entrance: Sendable {
        var node: Int32
        var isString: Bool
    }

    /// 2¹⁵ bits, which a first-level cache holds.
    static let pairWords = 512

    /// Where two characters have their bit in ``pairs``.
    @inline(__always)
    static func pair(_ first: UInt32, _ second: UInt32) -> (word: Int, bit: UInt64) {
        let hash = (first &* 0x9E37_79B1) ^ (second &* 0x85EB_CA77)
        return (Int(hash >> 23), 1 << UInt64(hash >> 17 & 63))
    }

    /// Builds the trie over strings that are not empty and each given once; a string's value is its index.
    init(_ strings: [[UInt8]]) {
        var children: [[UInt8: Int]] = [[:]]
        var values: [Int32] = [-1]
        for (index, string) in strings.enumerated() {
            var node = 0
            for byte in string {
                if let next = children[node][byte] {
                    node = next
                } else {
                    children.append([:])
                    values.append(-1)
                    children[node][byte] = children.count - 1
                    node = children.count - 1
                }
            }
            values[node] = Int32(index)
        }
        nodes = [Node(base: 0, check: -2, value: -1)]
        firsts = [UInt16](repeating: 0, count: 0x10000)
        entrances = [Entrance(node: -1, isString: false)]
        pairs = [UInt64](repeating: 0, count: Self.pairWords)
        place(children, values)
        enterByCharacter(strings)
    }

    /// Gives every node a base at which all its children find a free place.
    ///
    /// The first few places that could fit are tried, then the end is taken: a tight array is not worth the search.
    private mutating func place(_ children: [[UInt8: Int]], _ values: [Int32]) {
        var pending: [(source: Int, target: Int)] = [(0, 0)]
        var firstFree = 1
        var end = 1
        while let (source, target) = pending.popLast() {
            let labels = children[source].keys.sorted()
            guard let lowest = labels.first else { continue }
            while firstFree < nodes.count && nodes[firstFree].check != -1 {
                firstFree += 1
            }
            var base = max(1, firstFree - Int(lowest))
            var attempts = 0
            while !fits(labels, at: base) {
                attempts += 1
                base = attempts < Self.attempts ? base + 1 : end
            }
            nodes[target].base = Int32(base)
            for label in labels {
                let place = base + Int(label)
                if nodes.count <= place + 256 {
                    nodes.append(contentsOf: repeatElement(Node(), count: place + 257 - nodes.count))
                }
                let child = children[source][label] ?? 0
                nodes[place] = Node(base: 0, check: Int32(target), value: values[child])
                pending.append((child, place))
                end = max(end, place + 1)
            }
        }
    }

    private static let attempts = 24

    private func fits(_ labels: [UInt8], at base: Int) -> Bool {
        for label in labels {
            let place = base + Int(label)
            if place < nodes.count && nodes[place].check != -1 {
                return false
            }
        }
        return true
    }

    private mutating func enterByCharacter(_ strings: [[UInt8]]) {
        for string in strings {
            let (first, length) = Self.character(string[...])
            let rest = string[length...]
            if !rest.isEmpty {
                let place = Self.pair(first, Self.character(rest).point)
                pairs[place.word] |= place.bit
            }
            guard first < 0x10000, firsts[Int(first)] == 0, entrances.count < 0xFFFF else { continue }
            var node: Int32 = 0
            for byte in string.prefix(length) {
                node = nodes[Int(node)].base + Int32(byte)
            }
            firsts[Int(first)] = UInt16(entrances.count)
            entrances.append(Entrance(node: node, isString: nodes[Int(node)].value >= 0))
        }
    }

    /// The first character of UTF-8 and its length; those above the basic plane are entered at the root.
    private static func character(_ string: ArraySlice<UInt8>) -> (point: UInt32, length: Int) {
        let start = string.startIndex
        let first = UInt32(string[start])
        if first < 0x80 || string.count < 2 {
            return (first, 1)
        }
        let second = UInt32(string[start + 1] & 0x3F)
        if first < 0xE0 || string.count < 3 {
            return ((first & 0x1F) << 6 | second, 2)
        }
        if first < 0xF0 {
            return ((first & 0x0F) << 12 | second << 6 | UInt32(string[start + 2] & 0x3F), 3)
        }
        return (0x10000, min(4, string.count))
    }
}
