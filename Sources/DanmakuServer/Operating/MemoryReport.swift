import DanmakuPipeline

/// The body of `/health/memory`: the process, then every component with its limits, and alerts at 85 % of a limit.
///
/// A component that is full by design (`evicts`) raises no alert, because it would never end.
struct MemoryReport {
    /// An alert is raised at this share of a limit, in percent: there is still time to act.
    static let alertPercent = 85

    /// The parts.
    var components: [PipelineMetrics.Component]
    /// The process.
    var process: ProcessMetrics

    /// Every part of a server.
    static func components(
        _ pipeline: Pipeline,
        _ budgets: ClientBudgets,
        _ parts: MemoryParts
    ) -> [PipelineMetrics.Component] {
        parts.components + pipeline.metrics().components + budgets.all.map(\.component)
    }

    /// Whether some amount of a limit is worth an alert.
    static func isAlerting(_ amount: Int, of limit: Int?) -> Bool {
        guard let limit, limit > 0 else {
            return false
        }
        // As doubles: a limit of a control group may be anything, and a product of integers would trap.
        return Double(amount) * 100 >= Double(limit) * Double(alertPercent)
    }

    /// What is alerting: names of components, and `process`.
    var alerts: [String] {
        var alerts: [String] = []
        if Self.isAlerting(process.residentBytes ?? 0, of: process.memoryLimit) {
            alerts.append("process")
        }
        for component in components where !component.evicts {
            let isAlerting =
                Self.isAlerting(component.bytes, of: component.byteLimit)
                || Self.isAlerting(component.count, of: component.countLimit)
            if isAlerting {
                alerts.append(component.name)
            }
        }
        return alerts
    }

    /// The report as JSON.
    var body: [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.raw("{\"process\":{\"residentBytes\":")
        writer.optional(process.residentBytes)
        writer.raw(",\"limitBytes\":")
        writer.optional(process.memoryLimit)
        writer.raw("},\"components\":[")
        for (index, component) in components.enumerated() {
            writer.raw(index == 0 ? "{\"component\":" : ",{\"component\":")
            writer.string(component.name)
            writer.raw(",\"bytes\":")
            writer.integer(component.bytes)
            writer.raw(",\"limitBytes\":")
            writer.optional(component.byteLimit)
            writer.raw(",\"count\":")
            writer.integer(component.count)
            writer.raw(",\"limitCount\":")
            writer.optional(component.countLimit)
            writer.raw(",\"evicts\":")
            writer.boolean(component.evicts)
            writer.raw("}")
        }
        writer.raw("],\"alertPercent\":")
        writer.integer(Self.alertPercent)
        writer.raw(",\"alerts\":")
        writer.strings(alerts)
        writer.raw("}")
        return writer.bytes
    }
}

extension JSONWriter {
    /// Appends an integer or `null`.
    mutating func optional(_ value: Int?) {
        if let value {
            integer(value)
        } else {
            raw("null")
        }
    }

    /// Appends an array of strings.
    mutating func strings(_ values: [String]) {
        raw("[")
        for (index, value) in values.enumerated() {
            if index > 0 {
                raw(",")
            }
            string(value)
        }
        raw("]")
    }
}
