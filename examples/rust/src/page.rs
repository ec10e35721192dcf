//! The digest as a page of text.

use std::collections::BTreeMap;

use crate::MOST_TICKETS;
use crate::count::{Counts, Ticket};
use crate::period::Period;

/// Open tickets that are named, of the urgent and of the oldest.
const NAMED: usize = 5;
/// The code of the highest priority.
const URGENT: &str = "40";

/// Writes it: `new` are the tickets of these days, `open` those that are open now.
pub(crate) fn write(period: &Period, new: &[Ticket], open: &[Ticket], counts: &Counts) -> String {
    let mut lines = vec![format!("Digest of {} to {} (UTC)", period.first, period.last), String::new()];
    let still_open = new.iter().filter(|ticket| ticket.status == "open").count();
    lines.push(format!("New tickets: {}{}, {still_open} of them still open", new.len(), by_queue(new)));
    lines.push(format!(
        "Messages from customers: {}, answers: {}, internal notes: {}",
        counts.messages, counts.answers, counts.notes
    ));
    if let Some(words) = first_answers(counts, new) {
        lines.push(words);
    }
    if let Some((day, (messages, answers))) =
        counts.by_day.iter().max_by_key(|(_, (messages, answers))| messages + answers)
    {
        lines.push(format!("Busiest day: {day}, {messages} messages and {answers} answers"));
    }
    if !counts.by_person.is_empty() {
        lines.push(format!("Answers by person: {}", most_first(&counts.by_person)));
    }
    lines.push(format!("Open now: {}{}", open.len(), by_queue(open)));
    name(&mut lines, "Urgent", open.iter().filter(|ticket| ticket.priority == URGENT).collect());
    name(&mut lines, "Oldest", open.iter().collect());
    if [new.len(), open.len()].iter().any(|count| u64::try_from(*count).is_ok_and(|count| count >= MOST_TICKETS)) {
        lines.push(format!(
            "There are more: only {MOST_TICKETS} tickets were counted. Ask for fewer days, or queue by queue."
        ));
    }
    lines.join("\n")
}

fn by_queue(tickets: &[Ticket]) -> String {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for ticket in tickets {
        *counts.entry(ticket.queue.clone()).or_default() += 1;
    }
    if counts.is_empty() { String::new() } else { format!(" ({})", most_first(&counts)) }
}

fn most_first(counts: &BTreeMap<String, u64>) -> String {
    let mut rows: Vec<(&String, &u64)> = counts.iter().collect();
    rows.sort_by(|a, b| b.1.cmp(a.1));
    rows.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}

fn first_answers(counts: &Counts, new: &[Ticket]) -> Option<String> {
    let minutes = counts.first_answer_minutes(new);
    let (median, slowest) = (minutes.get(minutes.len().saturating_sub(1) / 2)?, minutes.last()?);
    Some(format!(
        "First answers to {} of the new tickets: half within {}, the slowest after {}",
        minutes.len(),
        span(*median),
        span(*slowest)
    ))
}

fn span(minutes: i64) -> String {
    match (minutes / 1_440, minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// Names the first few, the oldest first.
fn name(lines: &mut Vec<String>, what: &str, mut tickets: Vec<&Ticket>) {
    tickets.sort_by(|a, b| a.created_at.cmp(&b.created_at).then(a.number.cmp(&b.number)));
    let more = tickets.len().saturating_sub(NAMED);
    for ticket in tickets.iter().take(NAMED) {
        let day: String = ticket.created_at.chars().take(10).collect();
        lines.push(format!("- {what}: {}, since {day}, {}: {}", ticket.number, ticket.queue, ticket.subject));
    }
    if more > 0 && what == "Urgent" {
        lines.push(format!("- and {more} more that are urgent"));
    }
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn spans_read_like_spans() {
        assert_eq!([7, 95, 1_440, 3_000].map(span), ["7 min", "1 h 35 min", "1 d 0 h", "2 d 2 h"]);
    }
}
