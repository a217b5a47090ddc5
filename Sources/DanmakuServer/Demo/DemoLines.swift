/// The demo's own lines, by the mood of a room; the shipped model scores each one as its mood.
enum DemoLines {
    /// A language of the demo's audience.
    enum Language: CaseIterable {
        case chinese
        case english
        case japanese
    }

    /// What a room feels for a while.
    enum Feeling: CaseIterable {
        case calm
        case delighted
        case amused
        case annoyed
        case sad
        case astonished
    }

    /// Lines of one language and feeling.
    static func lines(_ language: Language, _ feeling: Feeling) -> [String] {
        switch language {
        case .chinese: chinese(feeling)
        case .english: english(feeling)
        case .japanese: japanese(feeling)
        }
    }

    /// Names of one language's viewers.
    static func names(_ language: Language) -> [String] {
        switch language {
        case .chinese: ["小明", "阿强", "半糖去冰", "夜猫子", "路过的猫", "今晚吃火锅", "不想上班", "柠檬精", "老王", "星星"]
        case .english:
            ["moss", "tealeaf", "northwind", "pixelfox", "juniper", "old_sock", "quietone", "marble", "brisk"]
        case .japanese: ["みかん", "夜更かし", "ねこまる", "通りすがり", "抹茶", "そらいろ", "たぬき", "ゆず"]
        }
    }

    /// Votes, commands and the like: said in every language and feeling, and felt in none.
    static let rituals = ["1", "2", "扣1", "!points", "!song", "签到", "#点歌 晴天", "抽奖抽奖"]

    private static func chinese(_ feeling: Feeling) -> [String] {
        switch feeling {
        case .calm:
            ["来了来了", "主播晚上好", "今天播多久", "这是第几把了", "刚来 现在什么情况", "这首歌叫什么", "路过看看", "前排"]
        case .delighted:
            ["主播太强了", "这操作绝了", "666666", "牛啊牛啊", "太好听了吧", "爱了爱了", "好可爱", "赢了赢了", "泪目 太棒了", "神级操作"]
        case .amused:
            ["哈哈哈哈哈哈", "笑死我了", "23333", "草", "太逗了哈哈", "哈哈哈哈主播别走", "哈哈哈这也行", "笑死 太好玩了"]
        case .annoyed:
            ["太失望了", "真垃圾", "无语", "能不能别送了", "退钱", "卡死了 什么破网", "这波血亏", "队友在干嘛啊 气死", "看不下去了"]
        case .sad:
            ["呜呜呜", "我哭了", "好可惜啊", "心疼主播", "又输了 难受", "好难过", "太惨了", "差一点点啊"]
        case .astonished:
            ["？？？？？", "卧槽", "什么情况", "啊？", "还能这样？", "我人傻了", "这也能活？！"]
        }
    }

    private static func english(_ feeling: Feeling) -> [String] {
        switch feeling {
        case .calm:
            [
                "hi chat", "just got here", "what's the score", "which song is this", "first time here",
                "evening everyone",
            ]
        case .delighted:
            [
                "that was amazing", "LET'S GO!!!", "so good", "best stream ever", "beautiful play", "I love this",
                "GG, great game",
            ]
        case .amused:
            ["LMAO", "hahaha no way", "😂😂😂 so funny", "lol classic", "I can't stop laughing", "KEKW"]
        case .annoyed:
            [
                "this is so bad", "what a terrible call", "boring", "stop lagging please", "awful aim",
                "give me my money back",
            ]
        case .sad:
            ["noooo", "so close :(", "that hurts", "I'm crying", "poor team", "rip", "😭😭"]
        case .astonished:
            ["WHAT", "unbelievable", "how is that possible", "????", "did you see that?!", "OMG"]
        }
    }

    private static func japanese(_ feeling: Feeling) -> [String] {
        switch feeling {
        case .calm:
            ["こんばんは", "初見です", "今きました", "この曲なに？", "おつかれさま", "待機"]
        case .delighted:
            ["すごい！", "神回", "かわいい", "うますぎる", "8888888", "最高", "上手い！", "好き"]
        case .amused:
            ["wwwww", "草", "草生える", "笑った", "腹痛いwww", "それはずるいw"]
        case .annoyed:
            ["ひどい", "つまらない", "最悪", "ひどすぎる", "下手すぎ", "面白くない"]
        case .sad:
            ["悲しい", "泣いた", "惜しい…", "つらい", "残念", "終わってしまって悲しい"]
        case .astonished:
            ["え？", "ええええ", "マジか", "やばい", "なにこれ！？", "うそでしょ"]
        }
    }
}
