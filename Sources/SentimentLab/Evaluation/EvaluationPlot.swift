/// Reports as pictures: reliability on the left, confusion on the right, one row of both for each report.
///
/// The SVG stands alone, needs no fonts but the reader's own, and follows their light or dark mode.
package struct EvaluationPlot: Sendable {
    private static let width = 860.0
    private static let rowHeight = 404.0
    private static let side = 260.0

    private var panels: [String] = []

    /// An empty plot.
    package init() {}

    /// Adds a report below the ones there are.
    package mutating func add(_ report: EvaluationReport, name: String) {
        let top = Double(panels.count) * Self.rowHeight
        let figures =
            "\(report.rows) rows · accuracy \(Self.percent(report.confusion.accuracy)) · "
            + "macro-F1 \(Self.short(report.confusion.macroF1)) · "
            + "calibration error \(Self.short(report.calibration.expectedError))"
        panels.append(
            """
            <g transform="translate(0 \(Self.number(top)))">
            <text class="title" x="40" y="38">\(Self.escaped(name))</text>
            <text class="muted" x="40" y="60">\(Self.escaped(report.scorer)) · \(figures)</text>
            <g transform="translate(84 92)">\(Self.reliability(report.calibration))</g>
            <g transform="translate(520 92)">\(Self.confusion(report.confusion))</g>
            </g>
            """
        )
    }

    /// The SVG.
    package var svg: String {
        let height = Double(max(1, panels.count)) * Self.rowHeight
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.number(Self.width)) \(Self.number(height))" \
            width="\(Self.number(Self.width))" height="\(Self.number(height))" role="img">
            <style>
            svg { --ink: #1d2430; --muted: #667085; --line: #d5dae3; --paper: #ffffff; --fill: #3b6fd4; --gap: #e0603f; }
            @media (prefers-color-scheme: dark) {
            svg { --ink: #e8ecf4; --muted: #98a2b3; --line: #344054; --paper: #131820; --fill: #6c9bff; --gap: #ff8a66; }
            }
            text { font: 12px system-ui, sans-serif; fill: var(--ink); }
            .title { font-size: 17px; font-weight: 600; }
            .muted { fill: var(--muted); }
            .small { font-size: 11px; fill: var(--muted); }
            .end { text-anchor: end; }
            .middle { text-anchor: middle; }
            .count { text-anchor: middle; font-weight: 600; }
            .line { stroke: var(--line); fill: none; }
            .ideal { stroke: var(--muted); stroke-dasharray: 4 4; fill: none; }
            .bar { fill: var(--fill); }
            .gap { fill: var(--gap); opacity: 0.35; }
            .mean { stroke: var(--gap); stroke-width: 2; }
            </style>
            <rect width="100%" height="100%" style="fill: var(--paper)"/>
            \(panels.joined(separator: "\n"))
            </svg>

            """
    }

    /// Bars as high as the share of right answers; the dashed line is where they would end if confidence were honest.
    private static func reliability(_ calibration: Calibration) -> String {
        let total = max(1, calibration.bins.reduce(0) { $0 + $1.count })
        let step = side / 10
        var parts: [String] = []
        for tick in 0...5 {
            let place = side * Double(tick) / 5
            parts.append(#"<path class="line" d="M0 \#(number(side - place))H\#(number(side))"/>"#)
            parts.append(#"<text class="small end" x="-8" y="\#(number(side - place + 4))">\#(tick * 20) %</text>"#)
            parts.append(
                #"<text class="small middle" x="\#(number(place))" y="\#(number(side + 18))">\#(tick * 20)</text>"#
            )
        }
        for (index, bin) in calibration.bins.enumerated() where bin.count > 0 {
            let x = step * Double(index) + 2
            let reached = side * bin.accuracy
            let claimed = side * bin.meanConfidence
            let low = min(reached, claimed)
            // A bin of few rows is pale: its height means little.
            let weight = 0.35 + 0.65 * (Double(bin.count) / Double(total)).squareRoot()
            let title =
                "<title>\(bin.count) rows: sure of \(percent(bin.meanConfidence)), right in \(percent(bin.accuracy))</title>"
            parts.append(
                """
                <g>\(title)<rect class="bar" opacity="\(short(weight))" x="\(number(x))" y="\(number(side - reached))" \
                width="\(number(step - 4))" height="\(number(reached))" rx="2"/>\
                <rect class="gap" x="\(number(x))" y="\(number(side - max(reached, claimed)))" \
                width="\(number(step - 4))" height="\(number(max(reached, claimed) - low))"/>\
                <path class="mean" d="M\(number(x)) \(number(side - claimed))h\(number(step - 4))"/></g>
                """
            )
        }
        parts.append(#"<path class="ideal" d="M0 \#(number(side))L\#(number(side)) 0"/>"#)
        parts.append(
            #"<text class="muted middle" x="\#(number(side / 2))" y="\#(number(side + 38))">confidence, %</text>"#
        )
        parts.append(#"<text class="muted" x="0" y="-10">Right answers by confidence</text>"#)
        return parts.joined(separator: "\n")
    }

    /// Rows are what was due, columns what was answered; a cell is as dark as its share of the row.
    private static func confusion(_ matrix: ConfusionMatrix) -> String {
        let hasGaps = matrix.unanswered.contains { $0 > 0 }
        let columns = matrix.classes + (hasGaps ? ["neither"] : [])
        let cellWidth = side / Double(columns.count)
        let cellHeight = side / Double(matrix.classes.count)
        var parts = [#"<text class="muted" x="0" y="-10">Answered, by what was due</text>"#]
        for (row, due) in matrix.classes.enumerated() {
            let y = cellHeight * Double(row)
            let support = Double(max(1, matrix.support(row)))
            parts.append(
                #"<text class="end" x="-10" y="\#(number(y + cellHeight / 2 + 4))">\#(escaped(due))</text>"#
            )
            let counts = matrix.counts[row] + (hasGaps ? [matrix.unanswered[row]] : [])
            for (column, count) in counts.enumerated() {
                let share = Double(count) / support
                let x = cellWidth * Double(column)
                let centre = number(x + cellWidth / 2)
                let ink = share > 0.55 ? #" style="fill: var(--paper)""# : ""
                parts.append(
                    """
                    <rect class="bar" opacity="\(short(0.06 + 0.94 * share))" x="\(number(x + 1))" y="\(number(y + 1))" \
                    width="\(number(cellWidth - 2))" height="\(number(cellHeight - 2))" rx="3"/>\
                    <text class="count"\(ink) x="\(centre)" y="\(number(y + cellHeight / 2 - 1))">\(count)</text>\
                    <text class="small middle"\(ink) x="\(centre)" y="\(number(y + cellHeight / 2 + 14))">\
                    \(percent(share))</text>
                    """
                )
            }
        }
        for (column, answered) in columns.enumerated() {
            let x = number(cellWidth * (Double(column) + 0.5))
            parts.append(#"<text class="middle" x="\#(x)" y="\#(number(side + 18))">\#(escaped(answered))</text>"#)
        }
        return parts.joined(separator: "\n")
    }

    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let fraction = tenths.magnitude % 10
        return "\(sign)\(tenths.magnitude / 10)" + (fraction == 0 ? "" : ".\(fraction)")
    }

    private static func short(_ value: Double) -> String {
        String(EvaluationReport.decimal(value).dropLast())
    }

    private static func percent(_ share: Double) -> String {
        number(share * 100) + " %"
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
