//! What the operating system says about this process, under the names that every exporter uses. Read when somebody asks;
//! where there is no `/proc`, there is nothing to tell.

use std::{fmt, fs};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{counter::ConstCounter, gauge::ConstGauge},
};

/// The kernel counts time in hundredths of a second for its readers, whatever it uses itself (USER_HZ).
const TICKS: f64 = 100.0;

#[derive(Debug)]
pub(super) struct Process;

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut write = |name: &str, help: &str, value: Option<&dyn EncodeMetric>| match value {
            Some(value) => value.encode(encoder.encode_descriptor(name, help, None, value.metric_type())?),
            None => Ok(()),
        };
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let (stat, status, limits) = (read("/proc/self/stat"), read("/proc/self/status"), read("/proc/self/limits"));
        let cpu = cpu_seconds(&stat).map(ConstCounter::new);
        let start = start_seconds(&stat, &read("/proc/stat")).map(ConstGauge::new);
        let resident = kibibytes(&status, "VmRSS:").map(ConstGauge::new);
        let virtual_memory = kibibytes(&status, "VmSize:").map(ConstGauge::new);
        let open =
            fs::read_dir("/proc/self/fd").ok().and_then(|all| i64::try_from(all.count()).ok()).map(ConstGauge::new);
        let most = max_open_files(&limits).map(ConstGauge::new);
        write("process_cpu_seconds", "Processor time spent, in user and system mode.", cpu.as_ref().map(|v| v as _))?;
        write("process_start_time_seconds", "When the process began, since 1970.", start.as_ref().map(|v| v as _))?;
        write("process_resident_memory_bytes", "Memory in use.", resident.as_ref().map(|v| v as _))?;
        write("process_virtual_memory_bytes", "Address space in use.", virtual_memory.as_ref().map(|v| v as _))?;
        write("process_open_fds", "Open files and sockets.", open.as_ref().map(|v| v as _))?;
        write("process_max_fds", "How many files and sockets may be open.", most.as_ref().map(|v| v as _))
    }
}

/// The fields of `/proc/self/stat` from the third on; the second is a name that may hold anything (proc_pid_stat(5)).
fn fields(stat: &str) -> Vec<&str> {
    stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect()).unwrap_or_default()
}

fn cpu_seconds(stat: &str) -> Option<f64> {
    let fields = fields(stat);
    let ticks = |place: usize| fields.get(place)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS)
}

fn start_seconds(stat: &str, system: &str) -> Option<f64> {
    let boot: f64 = system.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
    let ticks: f64 = fields(stat).get(19)?.parse().ok()?;
    Some(boot + ticks / TICKS)
}

fn kibibytes(status: &str, name: &str) -> Option<i64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse::<i64>().ok()?.checked_mul(1024)
}

/// Nothing where there is no limit.
fn max_open_files(limits: &str) -> Option<i64> {
    limits.lines().find_map(|line| line.strip_prefix("Max open files"))?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_words_are_understood() {
        let stat = "4711 (a) name) S 1 2 3 0 -1 4194560 1 0 0 0 250 150 0 0 20 0 3 0 1000 234 56 78 0";
        assert_eq!(cpu_seconds(stat), Some(4.0));
        assert_eq!(start_seconds(stat, "cpu 1 2\nbtime 1700000000\n"), Some(1_700_000_010.0));
        assert_eq!(kibibytes("VmPeak:\t 9 kB\nVmRSS:\t   2048 kB\n", "VmRSS:"), Some(2_097_152));
        assert_eq!(max_open_files("Max open files            1024         4096                 files"), Some(1024));
        assert_eq!(max_open_files("Max open files            unlimited    unlimited            files"), None);
        assert_eq!((cpu_seconds(""), kibibytes("", "VmRSS:"), max_open_files("")), (None, None, None));
    }
}
