//! A calendar (RFC 5545), to subscribe to: a day for each deadline, with an alarm when it is due soon.
//!
//! An event keeps its `UID` from one calendar to the next and gets a greater `SEQUENCE` each time, so that a deadline
//! that moves is moved, not added. What is overdue stays, on the day when it was due.

use std::io::{self, Write};

use icalendar::{Alarm, CalendarDateTime, Component, Event, EventLike, Property};
use jiff::Timestamp;
use jiff::civil::Date;

use super::identity::identity;
use super::rules::{Rule, standing};
use super::words::day;
use super::{Head, Sink};
use crate::rotation::{Row, Status, Summary};
use crate::ui::escape;

/// A calendar that is written event by event.
pub(super) struct Ics<'a> {
    out: Box<dyn Write + 'a>,
    generated: Timestamp,
}

impl<'a> Ics<'a> {
    pub(super) fn open(head: &Head, mut out: Box<dyn Write + 'a>) -> io::Result<Self> {
        out.write_all(
            b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//envward//rotation//EN\r\nCALSCALE:GREGORIAN\r\n",
        )?;
        Ok(Self { out, generated: head.generated })
    }
}

impl Sink for Ics<'_> {
    fn row(&mut self, row: &Row) -> io::Result<()> {
        let Some(date) = date(row) else { return Ok(()) };
        let event = event(row, date, self.generated).try_into_string().map_err(io::Error::other)?;
        self.out.write_all(event.as_bytes())
    }

    fn finish(mut self: Box<Self>, _: &Summary) -> io::Result<()> {
        self.out.write_all(b"END:VCALENDAR\r\n")?;
        self.out.flush()
    }
}

/// The day on which something has to be done: the deadline, or the end of the exemption from it.
fn date(row: &Row) -> Option<Date> {
    let exempt_until = row.exempt_until.filter(|_| row.status == Status::Exempt);
    row.due.map(day).max(exempt_until)
}

fn event(row: &Row, date: Date, generated: Timestamp) -> Event {
    let uid = format!("{}@envward", identity(row, "deadline"));
    let minutes = u32::try_from(generated.as_second() / 60).unwrap_or_default();
    let what = text(&format!("{} ({} {})", row.variable, row.project, row.environment));
    let day =
        Property::new("DTSTART", date.strftime("%Y%m%d").to_string()).add_parameter("VALUE", "DATE").done();
    let mut event = Event::new();
    event.uid(&uid).add_property("DTSTAMP", stamp(generated)).sequence(minutes).append_property(day);
    event.summary(&format!("rotate {what}")).description(&description(row));
    // A deadline takes no time of the day.
    event.add_property("TRANSP", "TRANSPARENT");
    if let Some(owner) = &row.owner {
        event.add_property("CONTACT", text(owner));
    }
    let warn = row.warn.map(|warn| stamp(warn).parse::<CalendarDateTime>());
    if let Some(Ok(warn)) = warn {
        let mut alarm = Alarm::display(&format!("rotate {what}"), warn);
        // The library would make up one at random and read the clock.
        alarm.uid(&format!("alarm-{uid}")).add_property("DTSTAMP", stamp(generated));
        event.alarm(alarm);
    }
    event
}

/// A moment in UTC (section 3.3.5, form 2).
fn stamp(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn description(row: &Row) -> String {
    let mut lines = vec![format!("{}: it {}", row.status.name(), standing(row))];
    let named = |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("{name}: {value}"));
    lines.extend(named("owner", &row.owner));
    lines.push(format!("driver: {}", row.driver));
    lines.extend(named("runbook", &row.runbook));
    lines.extend(row.findings.iter().map(|finding| Rule::Finding(finding.code).summary().to_owned()));
    let lines: Vec<String> = lines.iter().map(|line| text(line)).collect();
    lines.join("\n")
}

/// Without line ends, which the library does not escape all of.
fn text(text: &str) -> String {
    escape(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::cli::Format;

    #[test]
    fn a_day_for_each_deadline() {
        // Unfolded, and an event a line.
        let text = testing::write(Format::Ics, &testing::rows(), 2).replace("\r\n ", "");
        let text = text.replace("\r\n", " ").replace("BEGIN:VEVENT", "\nBEGIN:VEVENT");
        insta::assert_snapshot!(text, @r#"
        BEGIN:VCALENDAR VERSION:2.0 PRODID:-//envward//rotation//EN CALSCALE:GREGORIAN 
        BEGIN:VEVENT CONTACT:@payments DESCRIPTION:ok: it is due on 2026-05-30\nowner: @payments\ndriver: manual\nrunbook: https://wiki.example.com/rotate DTSTAMP:20260301T120000Z DTSTART;VALUE=DATE:20260530 SEQUENCE:29539440 SUMMARY:rotate OK (shop production) TRANSP:TRANSPARENT UID:f664a8bd015b57d78fa686fe1a42301b@envward BEGIN:VALARM ACTION:DISPLAY DESCRIPTION:rotate OK (shop production) DTSTAMP:20260301T120000Z TRIGGER;VALUE=DATE-TIME:20260212T120000Z UID:alarm-f664a8bd015b57d78fa686fe1a42301b@envward END:VALARM END:VEVENT 
        BEGIN:VEVENT CONTACT:@payments DESCRIPTION:due_soon: it is due on 2026-03-13\nowner: @payments\ndriver: manual\nrunbook: https://wiki.example.com/rotate DTSTAMP:20260301T120000Z DTSTART;VALUE=DATE:20260313 SEQUENCE:29539440 SUMMARY:rotate DUE_SOON (shop production) TRANSP:TRANSPARENT UID:582534d293fdb229a3572e3d17cb6f48@envward BEGIN:VALARM ACTION:DISPLAY DESCRIPTION:rotate DUE_SOON (shop production) DTSTAMP:20260301T120000Z TRIGGER;VALUE=DATE-TIME:20260212T120000Z UID:alarm-582534d293fdb229a3572e3d17cb6f48@envward END:VALARM END:VEVENT 
        BEGIN:VEVENT DESCRIPTION:overdue: it was due on 2026-02-26\ndriver: manual\nrunbook: https://wiki.example.com/rotate DTSTAMP:20260301T120000Z DTSTART;VALUE=DATE:20260226 SEQUENCE:29539440 SUMMARY:rotate OVERDUE (shop production) TRANSP:TRANSPARENT UID:0f0d63c88c881ecd2d7e765831786882@envward BEGIN:VALARM ACTION:DISPLAY DESCRIPTION:rotate OVERDUE (shop production) DTSTAMP:20260301T120000Z TRIGGER;VALUE=DATE-TIME:20260212T120000Z UID:alarm-0f0d63c88c881ecd2d7e765831786882@envward END:VALARM END:VEVENT 
        BEGIN:VEVENT CONTACT:@payments DESCRIPTION:breached: it was due on 2026-01-01\, and its grace is over\nowner: @payments\ndriver: manual\nrunbook: https://wiki.example.com/rotate DTSTAMP:20260301T120000Z DTSTART;VALUE=DATE:20260101 SEQUENCE:29539440 SUMMARY:rotate BREACHED (shop production) TRANSP:TRANSPARENT UID:f232a46b39d3ad3b5153b9b519a83edd@envward BEGIN:VALARM ACTION:DISPLAY DESCRIPTION:rotate BREACHED (shop production) DTSTAMP:20260301T120000Z TRIGGER;VALUE=DATE-TIME:20260212T120000Z UID:alarm-f232a46b39d3ad3b5153b9b519a83edd@envward END:VALARM END:VEVENT 
        BEGIN:VEVENT CONTACT:@payments DESCRIPTION:exempt: it is exempt until 2026-04-30\, as Bob <bob@example.com> agreed\nowner: @payments\ndriver: manual\nrunbook: https://wiki.example.com/rotate DTSTAMP:20260301T120000Z DTSTART;VALUE=DATE:20260430 SEQUENCE:29539440 SUMMARY:rotate EXEMPT (shop production) TRANSP:TRANSPARENT UID:7acb33000913a47a3ab3215652d9a3d5@envward BEGIN:VALARM ACTION:DISPLAY DESCRIPTION:rotate EXEMPT (shop production) DTSTAMP:20260301T120000Z TRIGGER;VALUE=DATE-TIME:20260212T120000Z UID:alarm-7acb33000913a47a3ab3215652d9a3d5@envward END:VALARM END:VEVENT 
        BEGIN:VEVENT CONTACT:@payments DESCRIPTION:exempt_expired: it was exempt until 2026-02-20\, as Bob <bob@example.com> agreed\, and was due on 2026-02-01\nowner: @payments\ndriver: manual\nrunbook: https://wiki.example.com/rotate DTSTAMP:20260301T120000Z DTSTART;VALUE=DATE:20260201 SEQUENCE:29539440 SUMMARY:rotate EXEMPT_EXPIRED (shop production) TRANSP:TRANSPARENT UID:bb1a8b3bbedd18b676f65a3028d14d33@envward BEGIN:VALARM ACTION:DISPLAY DESCRIPTION:rotate EXEMPT_EXPIRED (shop production) DTSTAMP:20260301T120000Z TRIGGER;VALUE=DATE-TIME:20260212T120000Z UID:alarm-bb1a8b3bbedd18b676f65a3028d14d33@envward END:VALARM END:VEVENT 
        BEGIN:VEVENT CONTACT:@payments DESCRIPTION:overlap: it was replaced\, and its previous value is still accepted\; it is due on 2026-05-29\nowner: @payments\ndriver: manual\nrunbook: https://wiki.example.com/rotate DTSTAMP:20260301T120000Z DTSTART;VALUE=DATE:20260529 SEQUENCE:29539440 SUMMARY:rotate OVERLAP (shop production) TRANSP:TRANSPARENT UID:e2e83eefcd6765f3bb42f9377eec41b6@envward BEGIN:VALARM ACTION:DISPLAY DESCRIPTION:rotate OVERLAP (shop production) DTSTAMP:20260301T120000Z TRIGGER;VALUE=DATE-TIME:20260212T120000Z UID:alarm-e2e83eefcd6765f3bb42f9377eec41b6@envward END:VALARM END:VEVENT 
        BEGIN:VEVENT CONTACT:=cmd|'/c'!A1"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\\,\;|`**[x](y)\\u{202e}& DESCRIPTION:overdue: it was due on 2026-02-26\nowner: =cmd|'/c'!A1"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\\,\;|`**[x](y)\\u{202e}&\ndriver: manual\nrunbook: =cmd|'/c'!A1"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\\,\;|`**[x](y)\\u{202e}&\nsources disagree about when a value changed DTSTAMP:20260301T120000Z DTSTART;VALUE=DATE:20260226 SEQUENCE:29539440 SUMMARY:rotate =cmd|'/c'!A1"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\\,\;|`**[x](y)\\u{202e}& (=cmd|'/c'!A1"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\\,\;|`**[x](y)\\u{202e}& =cmd|'/c'!A1"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\\,\;|`**[x](y)\\u{202e}&) TRANSP:TRANSPARENT UID:a2c9b640bab256120e18f4d61bfcc474@envward BEGIN:VALARM ACTION:DISPLAY DESCRIPTION:rotate =cmd|'/c'!A1"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\\,\;|`**[x](y)\\u{202e}& (=cmd|'/c'!A1"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\\,\;|`**[x](y)\\u{202e}& =cmd|'/c'!A1"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\\,\;|`**[x](y)\\u{202e}&) DTSTAMP:20260301T120000Z TRIGGER;VALUE=DATE-TIME:20260212T120000Z UID:alarm-a2c9b640bab256120e18f4d61bfcc474@envward END:VALARM END:VEVENT END:VCALENDAR
        "#);
    }

    #[test]
    fn a_moved_deadline_is_the_same_event_with_a_greater_sequence() {
        let lines = |row: &Row, at: &str| {
            let event = event(row, date(row).expect("it is due"), at.parse().expect("a time"));
            let text = event.try_into_string().expect("text");
            let of = |name| text.lines().find(|line| line.starts_with(name)).map(str::to_owned).expect(name);
            (of("UID"), of("SEQUENCE"), of("DTSTART"))
        };
        let before = lines(&testing::row("A"), "2026-03-01T12:00:00Z");
        let moved = Row { due: Some("2026-05-30T00:00:00Z".parse().expect("a time")), ..testing::row("A") };
        let after = lines(&moved, "2026-03-01T12:01:00Z");
        assert_eq!(before.0, after.0);
        assert!(before.1 < after.1 && before.2 < after.2, "{before:?} {after:?}");
    }

    #[test]
    fn lines_end_as_the_standard_says_and_none_is_added_by_a_name() {
        let text = testing::write(Format::Ics, &testing::rows(), 2);
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        assert_eq!(text.matches("\r\nEND:VEVENT\r\n").count(), text.matches("\r\nBEGIN:VEVENT\r\n").count());
        assert!(text.lines().all(|line| line.len() <= 75), "{text}");
    }
}
