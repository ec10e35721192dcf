//! What a process costs, as the operating system counts it. Linux only; elsewhere nothing is known.

use std::time::Duration;

/// Processor time and memory of a process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Processor time so far, its own and the kernel's for it.
    pub processor: Duration,
    /// Resident memory now, in bytes.
    pub memory: u64,
    /// The most resident memory that it ever had, in bytes.
    pub peak: u64,
}

/// What a living process has cost so far.
#[must_use]
pub fn cost(process: u32) -> Option<Cost> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    Some(Cost {
        processor: processor(&stat)?,
        memory: kilobytes(&status, "VmRSS:")?,
        peak: kilobytes(&status, "VmHWM:")?,
    })
}

/// Processor time of a living process so far, over all its threads, as finely as the kernel counts it.
#[must_use]
pub fn processor_time(process: u32) -> Option<Duration> {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).ok()?;
    let of_thread = |thread: std::fs::DirEntry| {
        // One that has just ended is counted no more: what is measured here keeps its threads.
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    };
    Some(Duration::from_nanos(threads.flatten().filter_map(of_thread).sum()))
}

fn kilobytes(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

/// User and system time. The name of the program comes before them, in brackets, and may hold anything. Linux shows a
/// hundredth of a second to programs, whatever it counts in itself.
fn processor(stat: &str) -> Option<Duration> {
    let (_, after_name) = stat.rsplit_once(") ")?;
    let mut fields = after_name.split(' ').skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(Duration::from_millis((user + system) * 10))
}

/// The middle value; of an even number of values the higher of the two in the middle.
#[must_use]
pub fn median<T: PartialOrd + Copy>(values: &[T]) -> Option<T> {
    let mut values = values.to_vec();
    values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_from_what_the_kernel_writes() {
        let stat = "42 (a ) b) S 1 42 42 0 -1 4194304 100 0 0 0 7 5 0 0 20 0 1 0 100 1000 10";
        assert_eq!(processor(stat), Some(Duration::from_millis(120)));
        let status = "Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n";
        assert_eq!((kilobytes(status, "VmRSS:"), kilobytes(status, "VmHWM:")), (Some(1 << 20), Some(2 << 20)));
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&[3, 1, 2]), Some(2));
        assert_eq!(median::<u8>(&[]), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_very_process_costs_something() {
        let cost = cost(std::process::id()).unwrap();
        assert!(cost.memory > 0 && cost.peak >= cost.memory);
        assert!(processor_time(std::process::id()).unwrap() > Duration::ZERO);
    }
}
