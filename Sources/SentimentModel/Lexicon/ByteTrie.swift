/// Finds the longest of many byte strings that starts at a place: a double array, entered by the first two characters.
///
/// Nearly every place of a text starts no term, and for those two bits in tables that a first-level cache holds are
/// the whole answer.
struct ByteTrie: Sendable {
    struct Node: Sendable {
        /// Where the children are: child = base + byte.
        var base: Int32 = 0
        /// The parent, or -1 where the place is free.
        var check: Int32 = -1
        /// The index of the string that ends here, or -1.
        var value: Int32 = -1
    }

    /// Where the first two characters of some strings lead, in a table with open addressing.
    struct Entrance: Sendable {
        /// The first character in the upper half, the second (0: none) in the lower one; 0 where the place is free.
        var key: UInt32 = 0
        var node: Int32 = -1
        /// The index of the string that ends here, or -1.
        var value: Int32 = -1
        /// One bit per hash of a third character that some longer string goes on with; 0 where none is longer.
        var thirds: UInt32 = 0
    }

    /// What stands for any character above the basic plane; strings with one among their first two start at the root.
    static let beyond: UInt32 = 0x10000

    /// The double array, node 0 the root; 256 free nodes at its end keep every look-up inside.
    private(set) var nodes: [Node]
    /// The entrances; their number is a power of two.
    private(set) var entrances: [Entrance]
    /// One bit per character of the basic plane that is a string by itself.
    private(set) var singles: [UInt64]
    /// One bit per hash of two characters that some string begins with.
    private(set) var pairs: [UInt64]

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
        var capacity = 64
        while capacity < strings.count * 2 {
            capacity *= 2
        }
        entrances = [Entrance](repeating: Entrance(), count: capacity)
        singles = [UInt64](repeating: 0, count: 0x10000 / 64)
        pairs = [UInt64](repeating: 0, count: Self.pairWords)
        place(children, values)
        for string in strings {
            enter(string)
        }
    }

    /// 2¹⁷ bits: few enough for a first-level cache, many enough that two of a hundred answers are false.
    private static let pairWords = 2048

    /// Where two characters have their bit in ``pairs``.
    @inline(__always)
    static func word(_ hash: UInt32) -> Int {
        Int(hash >> 6) & (pairWords &- 1)
    }

    /// The bit of a third character in ``Entrance/thirds``.
    @inline(__always)
    static func bit(third character: UInt32) -> UInt32 {
        1 << ((character &* 0x9E37_79B1) >> 27)
    }

    /// Where two characters have their bit in ``pairs``, and where the search for their entrance begins.
    @inline(__always)
    static func hash(_ first: UInt32, _ second: UInt32) -> UInt32 {
        let mixed = (first &* 0x9E37_79B1) ^ (second &* 0x85EB_CA77)
        return mixed ^ mixed >> 15
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

    /// Notes where a string's first two characters lead.
    private mutating func enter(_ string: [UInt8]) {
        let (first, length) = Self.character(string[...])
        let rest = string[length...]
        let (second, secondLength) = rest.isEmpty ? (0, 0) : Self.character(rest)
        guard first < Self.beyond, second < Self.beyond else { return }
        if rest.isEmpty {
            singles[Int(first >> 6)] |= 1 << UInt64(first & 63)
        }
        let hash = Self.hash(first, second)
        pairs[Self.word(hash)] |= 1 << UInt64(hash & 63)
        var node: Int32 = 0
        for byte in string.prefix(length + secondLength) {
            node = nodes[Int(node)].base + Int32(byte)
        }
        let key = first << 16 | second
        var place = Int(hash) & (entrances.count - 1)
        while entrances[place].key != 0 && entrances[place].key != key {
            place = (place + 1) & (entrances.count - 1)
        }
        entrances[place].key = key
        entrances[place].node = node
        entrances[place].value = nodes[Int(node)].value
        let beginning = length + secondLength
        if secondLength > 0 && string.count > beginning {
            entrances[place].thirds |= Self.bit(third: Self.character(string[beginning...]).point)
        }
    }

    /// The first character of UTF-8 and its length.
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
        return (beyond, min(4, string.count))
    }
}
