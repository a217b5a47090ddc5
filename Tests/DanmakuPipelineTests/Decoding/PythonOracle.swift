import DanmakuTestKit

/// The rules of a comment written a second time, in Python over its `json` module on strict UTF-8.
enum PythonOracle {
    /// Whether there is a python3.
    static let isAvailable = (try? run("print('ok')", input: [])) == Array("ok\n".utf8)

    /// Decodes each item; one process takes them all.
    static func decode(_ items: [[UInt8]]) throws -> [DecodedItem] {
        let input = items.map { hex($0) + "\n" }.joined()
        let output = try run(script, input: Array(input.utf8))
        return output.split(separator: 0x0A, omittingEmptySubsequences: true)
            .map { line in
                let columns = line.split(separator: 0x09, omittingEmptySubsequences: false)
                    .map { String(decoding: $0, as: UTF8.self) }
                guard columns.count == 9 else {
                    return .rejected(columns[0])
                }
                return .comment(
                    DecodedItem.Fields(
                        room: bytes(columns[0]),
                        text: bytes(columns[1]),
                        id: bytes(columns[2]),
                        idIsInteger: columns[3] == "1",
                        uid: bytes(columns[4]),
                        name: bytes(columns[5]),
                        price: bytes(columns[6]),
                        sentAt: Int64(columns[7]),
                        kind: columns[8]
                    )
                )
            }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.utf8)
        return stride(from: 0, to: digits.count, by: 2)
            .map { index in
                UInt8(String(decoding: digits[index...(index + 1)], as: UTF8.self), radix: 16) ?? 0
            }
    }

    private static func run(_ script: String, input: [UInt8]) throws -> [UInt8] {
        try ChildProgram.run(["python3", "-c", script], input: input)
    }

    private static let script = #"""
        import json, re, sys
        if hasattr(sys, "set_int_max_str_digits"):
            sys.set_int_max_str_digits(0)
        sys.setrecursionlimit(20000)
        WHITE = "\u0020\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200b)))

        class Integer(str): pass
        class Decimal(str): pass
        class Refused(Exception): pass

        class Object:
            def __init__(self, pairs):
                self.pairs = pairs
                self.first = {}
                for key, value in pairs:
                    self.first.setdefault(key, value)

        def constant(name):
            raise ValueError(name)

        def depth(value):
            if isinstance(value, Object):
                return 1 + max([depth(v) for _, v in value.pairs], default=0)
            if isinstance(value, list):
                return 1 + max([depth(v) for v in value], default=0)
            return 0

        def strings(value):
            if isinstance(value, Object):
                for key, member in value.pairs:
                    yield key
                    yield from strings(member)
            elif isinstance(value, list):
                for member in value:
                    yield from strings(member)
            elif isinstance(value, str):
                yield value

        def is_string(value):
            return isinstance(value, str) and not isinstance(value, (Integer, Decimal))

        def string(value):
            if value is not None and not is_string(value):
                raise Refused("invalid_field")
            return value

        def identifier(value):
            if value is None:
                return b""
            if not isinstance(value, Integer) and not is_string(value):
                raise Refused("invalid_field")
            value = clean(value)
            if len(value.encode()) > 128:
                raise Refused("invalid_field")
            return value.encode()

        def clean(text):
            text = re.sub("\r\n|[\t\r\n]", " ", text)
            return re.sub("[\x00-\x1f\x7f-\x9f]", "", text)

        def decode(raw):
            try:
                line = raw.decode("utf-8", "strict")
            except UnicodeDecodeError:
                raise Refused("invalid_utf8")
            try:
                value = json.loads(line, object_pairs_hook=Object, parse_int=Integer, parse_float=Decimal,
                                   parse_constant=constant)
            except (ValueError, RecursionError):
                raise Refused("invalid_json")
            if depth(value) > 64 or not isinstance(value, Object):
                raise Refused("invalid_json")
            for text in strings(value):
                if re.search("[\ud800-\udfff]", text):
                    raise Refused("invalid_utf8")
            get = value.first.get
            kind = string(get("kind"))
            name = clean(string(get("name")) or "").encode()[:64].decode("utf-8", "ignore").encode()
            ident, uid = identifier(get("id")), identifier(get("uid"))
            sent = get("sentAt")
            if sent is not None:
                if not isinstance(sent, Integer) or not -2**63 < int(sent) < 2**63:
                    raise Refused("invalid_field")
                sent = int(sent)
            price = get("price")
            if price is not None:
                if not isinstance(price, (Integer, Decimal)) or len(price) > 32:
                    raise Refused("invalid_field")
                exponent = re.search("[eE][+-]?([0-9]+)$", price)
                if exponent and int(exponent.group(1)) > 99:
                    raise Refused("invalid_field")
            room, text = string(get("room")), string(get("text"))
            if room is None:
                raise Refused("room_missing")
            if not re.fullmatch("[A-Za-z0-9._:-]{1,64}", room):
                raise Refused("room_invalid")
            if text is None:
                raise Refused("text_missing")
            text = clean(text).strip(WHITE)
            if not text:
                raise Refused("text_empty")
            if len(text.encode()) > 1024:
                raise Refused("text_too_long")
            kind = kind if kind in ("paid", "gift", "marker", "system") else "chat"
            return [room.encode().hex(), text.encode().hex(), ident.hex(), "1" if isinstance(get("id"), Integer) else "0",
                    uid.hex(), name.hex(), (price or "").encode().hex(), "" if sent is None else str(sent), kind]

        for line in sys.stdin:
            try:
                print("\t".join(decode(bytes.fromhex(line.strip()))))
            except Refused as refusal:
                print(refusal)
        """#
}
