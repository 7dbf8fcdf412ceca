//! How much memory a run may plan with: half of what the machine, or the container around us, has left.
//! Reads a few small system files and nothing else.

use std::fs;
use std::path::Path;

/// Where nothing can be found out.
const FALLBACK: u64 = 2 << 30;

/// Half of the memory that is available now, by the system's count and by every control group above us.
#[must_use]
pub fn default_limit() -> u64 {
    let read = |path: &Path| fs::read_to_string(path).ok();
    available(&read).map_or(FALLBACK, |bytes| (bytes / 2).max(1))
}

/// Bytes left, or `None` where no source tells.
fn available(read: &dyn Fn(&Path) -> Option<String>) -> Option<u64> {
    let system =
        read(Path::new("/proc/meminfo")).and_then(|text| field(&text, "MemAvailable:")).map(|kib| kib << 10);
    let groups = read(Path::new("/proc/self/cgroup")).unwrap_or_default();
    let groups = groups.lines().filter_map(|line| group_available(line, read));
    system.into_iter().chain(groups).min()
}

/// The number after a word at the beginning of a line.
fn field(text: &str, word: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.split_whitespace().next() == Some(word))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// The tightest limit of one line of `/proc/self/cgroup` and of the groups above it.
fn group_available(line: &str, read: &dyn Fn(&Path) -> Option<String>) -> Option<u64> {
    let mut parts = line.splitn(3, ':');
    let (_, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
    // Version 2 names no controllers; version 1 has memory in a tree of its own.
    let (root, files) = if controllers.is_empty() {
        ("/sys/fs/cgroup", ["memory.max", "memory.current", "inactive_file"])
    } else if controllers.split(',').any(|c| c == "memory") {
        ("/sys/fs/cgroup/memory", ["memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"])
    } else {
        return None;
    };
    // Inside a container the path may be the host's, and only the root is there.
    let inner = Path::new(root).join(path.trim_start_matches('/'));
    let folders = inner.ancestors().take_while(|folder| folder.starts_with(root));
    folders.filter_map(|folder| folder_available(folder, files, read)).min()
}

fn folder_available(folder: &Path, files: [&str; 3], read: &dyn Fn(&Path) -> Option<String>) -> Option<u64> {
    let [limit, used, cache] = files;
    // `max` is no number, and no limit.
    let limit: u64 = read(&folder.join(limit))?.trim().parse().ok()?;
    let used: u64 = read(&folder.join(used)).and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    // File pages that nobody uses count as used, and are given up when memory is asked for.
    let cache = read(&folder.join("memory.stat")).and_then(|text| field(&text, cache)).unwrap_or(0);
    Some(limit.saturating_sub(used.saturating_sub(cache)))
}

/// Text that is no number of bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no number of bytes; expected such as 4G, 512M, 1.5GiB or 800MB")]
pub struct BytesError(pub String);

/// Reads a number of bytes. `K M G T` and `KiB MiB GiB TiB` count by 1024, `KB MB GB TB` by 1000.
///
/// # Errors
/// [`BytesError`] for anything else, and for nothing at all.
pub fn parse_bytes(text: &str) -> Result<u64, BytesError> {
    let refuse = || BytesError(text.into());
    let trimmed = text.trim();
    let split = trimmed.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(trimmed.len());
    let (number, unit) = trimmed.split_at(split);
    let (power, base) = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => (0, 1024),
        "k" | "kib" => (1, 1024),
        "m" | "mib" => (2, 1024),
        "g" | "gib" => (3, 1024),
        "t" | "tib" => (4, 1024),
        "kb" => (1, 1000),
        "mb" => (2, 1000),
        "gb" => (3, 1000),
        "tb" => (4, 1000),
        _ => return Err(refuse()),
    };
    let factor = u64::pow(base, power);
    let bytes = match number.parse::<u64>() {
        Ok(whole) => whole.checked_mul(factor),
        Err(_) => {
            number.parse::<f64>().ok().map(|n| n * factor as f64).filter(|n| *n < 2e18).map(|n| n as u64)
        }
    };
    bytes.filter(|n| *n > 0).ok_or_else(refuse)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn left(files: &[(&str, &str)]) -> Option<u64> {
        let files: HashMap<String, String> =
            files.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect();
        available(&|path| files.get(&path.to_string_lossy().replace('\\', "/")).cloned())
    }

    const MEMINFO: (&str, &str) = ("/proc/meminfo", "MemTotal: 9000 kB\nMemAvailable:    8000 kB\n");

    #[test]
    fn the_tightest_source_counts() {
        assert_eq!(left(&[]), None);
        assert_eq!(left(&[MEMINFO]), Some(8_192_000));
        let v2 = [
            MEMINFO,
            ("/proc/self/cgroup", "0::/a/b\n"),
            ("/sys/fs/cgroup/a/b/memory.max", "max\n"),
            ("/sys/fs/cgroup/a/memory.max", "5000000\n"),
            ("/sys/fs/cgroup/a/memory.current", "3000000\n"),
            ("/sys/fs/cgroup/a/memory.stat", "anon 5\ninactive_file 1000000\n"),
        ];
        assert_eq!(left(&v2), Some(3_000_000), "a parent's limit binds, unused file pages do not");
        let v1 = [
            MEMINFO,
            ("/proc/self/cgroup", "9:name=systemd:/\n4:memory:/docker/x\n0::/\n"),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "4000000\n"),
            ("/sys/fs/cgroup/memory/memory.usage_in_bytes", "5000000\n"),
        ];
        assert_eq!(left(&v1), Some(0), "inside a container only the root is there");
        let unlimited = [
            MEMINFO,
            ("/proc/self/cgroup", "4:cpu,memory:/\n"),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
        ];
        assert_eq!(left(&unlimited), Some(8_192_000));
    }

    #[test]
    fn this_machine_has_some() {
        assert!(default_limit() > 0);
    }

    #[test]
    fn bytes_are_read_with_their_units() {
        let cases = [
            ("4G", 4 << 30),
            ("512M", 512 << 20),
            ("1GiB", 1 << 30),
            ("1 gib", 1 << 30),
            ("800MB", 800_000_000),
            ("1.5k", 1536),
            ("123", 123),
        ];
        for (text, bytes) in cases {
            assert_eq!(parse_bytes(text), Ok(bytes), "{text}");
        }
        for bad in ["", "G", "0", "-1", "4X", "1..5G", "0.0001", "99999999999T", "1e9", "NaN"] {
            assert_eq!(parse_bytes(bad), Err(BytesError(bad.into())));
        }
    }
}
