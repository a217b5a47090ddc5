extension JSONScanner {
    /// Reads a string whose opening quote is next, validates it and unescapes it in its place.
    ///
    /// Eight bytes of ASCII at a time; a run of other characters scalar by scalar.
    @inline(__always)
    mutating func string() throws(Failure) -> StringToken {
        position += 1
        let start = position
        var hasControls = false
        while true {
            skipPlainASCII()
            guard position < end else {
                throw .syntax
            }
            var byte = base[position]
            while byte >= 0x80 {
                let length = scalarLength(byte)
                guard length > 0 else {
                    return try badString(from: start)
                }
                if byte == 0xC2, base[position + 1] < 0xA0 {
                    hasControls = true
                }
                position += length
                guard position < end else {
                    throw .syntax
                }
                byte = base[position]
            }
            if byte == UInt8(ascii: "\"") {
                position += 1
                return StringToken(start: start, count: position - 1 - start, hasControls: hasControls)
            }
            if byte == UInt8(ascii: "\\") {
                return try unescape(from: start, hasControls: hasControls)
            }
            guard byte >= 0x20 else {
                throw .syntax
            }
            hasControls = hasControls || byte == 0x7F
            position += 1
        }
    }

    /// Moves on to the next byte that is a quote, a backslash, a control character or not ASCII.
    @inline(__always)
    private mutating func skipPlainASCII() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        while end - position >= 8 {
            let word = UInt64(
                littleEndian: UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self)
            )
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            let delete = word ^ (ones &* 0x7F)
            // A byte's top bit is set if it is what is looked for. Borrows can only spoil bytes above the lowest hit.
            let special =
                (word &- ones &* 0x20) | (quote &- ones) | (backslash &- ones) | (delete &- ones) | word
            let hits = special & highs
            if hits != 0 {
                position += hits.trailingZeroBitCount >> 3
                return
            }
            position += 8
        }
    }

    /// The bytes of the well-formed UTF-8 sequence that is next and begins with `lead` ≥ 0x80; 0 if it is not one.
    @inline(__always)
    private func scalarLength(_ lead: UInt8) -> Int {
        let left = end - position
        if lead & 0xF0 == 0xE0 {
            guard left >= 3 else {
                return 0
            }
            let second = base[position + 1]
            guard second & 0xC0 == 0x80, base[position + 2] & 0xC0 == 0x80 else {
                return 0
            }
            if lead == 0xE0 {
                return second >= 0xA0 ? 3 : 0
            }
            // U+D800…U+DFFF are surrogates.
            return lead == 0xED && second >= 0xA0 ? 0 : 3
        }
        if lead < 0xE0 {
            return lead >= 0xC2 && left >= 2 && base[position + 1] & 0xC0 == 0x80 ? 2 : 0
        }
        guard lead <= 0xF4, left >= 4 else {
            return 0
        }
        let second = base[position + 1]
        guard second & 0xC0 == 0x80, base[position + 2] & 0xC0 == 0x80, base[position + 3] & 0xC0 == 0x80 else {
            return 0
        }
        if lead == 0xF0 {
            return second >= 0x90 ? 4 : 0
        }
        return lead == 0xF4 && second >= 0x90 ? 0 : 4
    }

    /// Reads the rest of a string from its first backslash on, writing behind itself.
    private mutating func unescape(from start: Int, hasControls found: Bool) throws(Failure) -> StringToken {
        var target = position
        var hasControls = found
        while position < end {
            let byte = base[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return StringToken(start: start, count: target - start, hasControls: hasControls)
            case UInt8(ascii: "\\"):
                let scalar: UInt32
                do throws(Failure) {
                    scalar = try escape()
                } catch .encoding {
                    return try badString(from: start)
                }
                hasControls = hasControls || scalar < 0x20 || (0x7F..<0xA0).contains(scalar)
                target = write(scalar, at: target)
            case 0..<0x20:
                throw .syntax
            case 0x80...:
                let length = scalarLength(byte)
                guard length > 0 else {
                    return try badString(from: start)
                }
                hasControls = hasControls || (byte == 0xC2 && base[position + 1] < 0xA0)
                for offset in 0..<length {
                    base[target + offset] = base[position + offset]
                }
                target += length
                position += length
            default:
                hasControls = hasControls || byte == 0x7F
                base[target] = byte
                target += 1
                position += 1
            }
        }
        throw .syntax
    }

    /// Deals with a string whose first fault in Unicode is next: fails, or passes over it up to its own closing quote.
    ///
    /// The rest of the string still has to be JSON, so that where it ends is never a guess.
    @inline(never)
    private mutating func badString(from start: Int) throws(Failure) -> StringToken {
        guard toleratesBadStrings else {
            throw .encoding
        }
        hasBadString = true
        while position < end {
            switch base[position] {
            case UInt8(ascii: "\""):
                position += 1
                return StringToken(start: start, count: 0, hasControls: false)
            case UInt8(ascii: "\\"):
                try skipEscape()
            case 0..<0x20:
                throw .syntax
            default:
                position += 1
            }
        }
        throw .syntax
    }

    /// Passes over one escape, whatever code unit it names; its backslash is next.
    private mutating func skipEscape() throws(Failure) {
        guard end - position >= 2 else {
            throw .syntax
        }
        switch base[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        case UInt8(ascii: "u"):
            _ = try codeUnit(at: position)
            position += 6
        default:
            throw .syntax
        }
    }

    /// Reads one escape (two for a surrogate pair) whose backslash is next.
    private mutating func escape() throws(Failure) -> UInt32 {
        guard end - position >= 2 else {
            throw .syntax
        }
        let scalar: UInt32
        switch base[position + 1] {
        case UInt8(ascii: "\""): scalar = 0x22
        case UInt8(ascii: "\\"): scalar = 0x5C
        case UInt8(ascii: "/"): scalar = 0x2F
        case UInt8(ascii: "b"): scalar = 0x08
        case UInt8(ascii: "f"): scalar = 0x0C
        case UInt8(ascii: "n"): scalar = 0x0A
        case UInt8(ascii: "r"): scalar = 0x0D
        case UInt8(ascii: "t"): scalar = 0x09
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw .syntax
        }
        position += 2
        return scalar
    }

    private mutating func unicodeEscape() throws(Failure) -> UInt32 {
        let first = try codeUnit(at: position)
        guard first & 0xF800 == 0xD800 else {
            position += 6
            return first
        }
        guard
            first < 0xDC00, end - position >= 8,
            base[position + 6] == UInt8(ascii: "\\"), base[position + 7] == UInt8(ascii: "u")
        else {
            throw .encoding
        }
        let second = try codeUnit(at: position + 6)
        guard second & 0xFC00 == 0xDC00 else {
            throw .encoding
        }
        position += 12
        return 0x10000 + (first & 0x3FF) << 10 + second & 0x3FF
    }

    /// The four hexadecimal digits of the `\u` escape at an index.
    private func codeUnit(at index: Int) throws(Failure) -> UInt32 {
        guard end - index >= 6 else {
            throw .syntax
        }
        var value: UInt32 = 0
        for offset in 2..<6 {
            let byte = base[index + offset]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw .syntax
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    /// Writes a scalar as UTF-8 and gives the index after it; never more bytes than its escape had.
    private func write(_ scalar: UInt32, at index: Int) -> Int {
        func byte(_ bits: UInt32) -> UInt8 {
            UInt8(truncatingIfNeeded: bits)
        }
        if scalar < 0x80 {
            base[index] = byte(scalar)
            return index + 1
        }
        if scalar < 0x800 {
            base[index] = byte(0xC0 | scalar >> 6)
            base[index + 1] = byte(0x80 | scalar & 0x3F)
            return index + 2
        }
        if scalar < 0x10000 {
            base[index] = byte(0xE0 | scalar >> 12)
            base[index + 1] = byte(0x80 | scalar >> 6 & 0x3F)
            base[index + 2] = byte(0x80 | scalar & 0x3F)
            return index + 3
        }
        base[index] = byte(0xF0 | scalar >> 18)
        base[index + 1] = byte(0x80 | scalar >> 12 & 0x3F)
        base[index + 2] = byte(0x80 | scalar >> 6 & 0x3F)
        base[index + 3] = byte(0x80 | scalar & 0x3F)
        return index + 4
    }

    /// Whether all that is left is well-formed UTF-8; passes over it.
    mutating func restIsUTF8() -> Bool {
        while position < end {
            let byte = base[position]
            let length = byte < 0x80 ? 1 : scalarLength(byte)
            guard length > 0 else {
                return false
            }
            position += length
        }
        return true
    }

    /// Passes over the rest of the outermost open object or array after ``Failure/depth``, by counting brackets.
    ///
    /// - Returns: False if the buffer ends first.
    mutating func skipDeepValue() -> Bool {
        var isInString = false
        while position < end {
            let byte = base[position]
            position += 1
            if isInString {
                if byte == UInt8(ascii: "\\") {
                    position += 1
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""):
                isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 {
                    return true
                }
            default:
                break
            }
        }
        return false
    }
}
