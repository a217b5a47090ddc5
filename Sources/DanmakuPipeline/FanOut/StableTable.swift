/// A dictionary whose values are gone through in an order that depends only on what was put in and taken out.
///
/// The order of a `Dictionary` differs from process to process, so whatever goes through one would make a simulation's seed
/// give another run each time. Each access and each removal costs O(1); a removal moves the last value into the gap.
package struct StableTable<Key: Hashable, Value> {
    private var places: [Key: Int] = [:]
    private var keys: [Key] = []
    /// The values, in the table's order.
    package private(set) var values: [Value] = []

    /// Creates an empty table.
    package init() {}

    /// How many values there are.
    package var count: Int {
        values.count
    }

    /// Whether there is no value.
    package var isEmpty: Bool {
        values.isEmpty
    }

    /// The value of a key; setting `nil` takes it out.
    package subscript(key: Key) -> Value? {
        get {
            places[key].map { values[$0] }
        }
        set {
            switch (places[key], newValue) {
            case (let place?, let value?):
                values[place] = value
            case (nil, let value?):
                places[key] = values.count
                keys.append(key)
                values.append(value)
            case (let place?, nil):
                remove(key, at: place)
            case (nil, nil):
                break
            }
        }
    }

    private mutating func remove(_ key: Key, at place: Int) {
        places[key] = nil
        let lastKey = keys.removeLast()
        let lastValue = values.removeLast()
        if place < values.count {
            keys[place] = lastKey
            values[place] = lastValue
            places[lastKey] = place
        }
    }
}

extension StableTable: Sendable where Key: Sendable, Value: Sendable {}
