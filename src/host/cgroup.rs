//! From the control group of a process to the container or unit that it runs in.
//!
//! `/proc/PID/cgroup` (cgroups(7)) has a line for each hierarchy: `0::PATH` for version 2, `NUMBER:CONTROLLERS:PATH` for
//! version 1. Programs that run containers put their identifier into the path, each in its way:
//!
//! | a part of the path | shown |
//! | --- | --- |
//! | `docker-ID.scope`, or `docker` and behind it `ID` | `docker:ID` |
//! | `libpod-ID.scope`, `libpod-ID` | `podman:ID` |
//! | `cri-containerd-ID.scope`, `…:cri-containerd:ID` | `containerd:ID` |
//! | `crio-ID.scope`, `crio-ID` | `cri-o:ID` |
//! | `ID` below a part that begins with `kubepods` | `k8s:ID` |
//! | `lxc.payload.NAME`, or `lxc` and behind it `NAME` | `lxc:NAME` |
//! | `ID` anywhere else | `container:ID` |
//! | `NAME.service`, `NAME.scope` | `NAME.service`, `NAME.scope`: systemd's unit |
//!
//! An `ID` is 64 hexadecimal digits, of which the first twelve are shown, as those programs do themselves. Of several parts that
//! fit, the innermost container counts; a unit counts where there is no container.

/// How many digits of an identifier are shown.
const SHOWN: usize = 12;
/// How many an identifier has.
const DIGITS: usize = 64;

/// The container or unit that the lines of `/proc/PID/cgroup` name. Raw bytes.
pub(super) fn container(lines: &[u8]) -> Option<Vec<u8>> {
    let paths = || lines.split(|b| *b == b'\n').filter_map(|line| line.splitn(3, |b| *b == b':').nth(2));
    paths().find_map(in_path).or_else(|| paths().find_map(unit))
}

fn in_path(path: &[u8]) -> Option<Vec<u8>> {
    let parts: Vec<&[u8]> = path.split(|b| *b == b'/').collect();
    let is_pod = parts.iter().any(|part| part.starts_with(b"kubepods"));
    (0..parts.len()).rev().find_map(|n| {
        let part = *parts.get(n)?;
        let above = n.checked_sub(1).and_then(|n| parts.get(n)).copied().unwrap_or_default();
        in_part(part, above, is_pod)
    })
}

/// What one part of a path says, knowing the part above it.
fn in_part(part: &[u8], above: &[u8], is_pod: bool) -> Option<Vec<u8>> {
    let named = |kind: &str, name: &[u8]| Some([kind.as_bytes(), b":", name].concat());
    if let Some(name) = part.strip_prefix(b"lxc.payload.").or((above == b"lxc").then_some(part)) {
        return named("lxc", name).filter(|_| !name.is_empty());
    }
    let bare = part.strip_suffix(b".scope").unwrap_or(part);
    // The oldest form has its parts between colons: `SLICE:cri-containerd:ID`.
    let bare = bare.rsplitn(2, |b| *b == b':').next().unwrap_or(bare);
    let at = bare.len().checked_sub(DIGITS)?;
    let (before, id) = bare.split_at_checked(at)?;
    if !id.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let id = id.get(..SHOWN)?;
    match before {
        b"docker-" => named("docker", id),
        b"libpod-" => named("podman", id),
        b"cri-containerd-" => named("containerd", id),
        b"crio-" => named("cri-o", id),
        b"" if part.windows(16).any(|w| w == b":cri-containerd:") => named("containerd", id),
        b"" if above == b"docker" => named("docker", id),
        b"" if is_pod => named("k8s", id),
        b"" => named("container", id),
        // Such as `libpod-conmon-ID`, which watches a container from outside.
        _ => None,
    }
}

fn unit(path: &[u8]) -> Option<Vec<u8>> {
    let is_unit = |part: &&[u8]| part.ends_with(b".service") || part.ends_with(b".scope");
    path.split(|b| *b == b'/').rfind(is_unit).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::container;

    fn of(lines: &str) -> Option<String> {
        let id = "4f3a8b0c1d2e".to_owned() + &"5".repeat(52);
        container(lines.replace("ID", &id).as_bytes()).map(|name| String::from_utf8(name).expect("text"))
    }

    #[test]
    fn containers_are_told_by_their_paths() {
        for (lines, name) in [
            ("0::/system.slice/docker-ID.scope\n", "docker:4f3a8b0c1d2e"),
            ("12:pids:/docker/ID\n0::/docker/ID\n", "docker:4f3a8b0c1d2e"),
            (
                "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope/container\n",
                "podman:4f3a8b0c1d2e",
            ),
            ("0::/kubepods.slice/kubepods-burstable.slice/cri-containerd-ID.scope", "containerd:4f3a8b0c1d2e"),
            ("0::/system.slice/kubepods-pod1.slice:cri-containerd:ID\n", "containerd:4f3a8b0c1d2e"),
            ("0::/kubepods.slice/kubepods-pod1.slice/crio-ID.scope\n", "cri-o:4f3a8b0c1d2e"),
            ("3:cpu:/kubepods/besteffort/pod7d1c/ID\n", "k8s:4f3a8b0c1d2e"),
            ("0::/lxc.payload.web/system.slice/nginx.service\n", "lxc:web"),
            ("4:memory:/lxc/web\n", "lxc:web"),
            ("0::/ecs/task/ID\n", "container:4f3a8b0c1d2e"),
            ("0::/system.slice/nginx.service\n", "nginx.service"),
            ("0::/user.slice/user-0.slice/session-3.scope\n", "session-3.scope"),
            (
                "0::/machine.slice/libpod-conmon-ID.scope\n",
                &("libpod-conmon-ID.scope".replace("ID", &("4f3a8b0c1d2e".to_owned() + &"5".repeat(52)))),
            ),
        ] {
            assert_eq!(of(lines).as_deref(), Some(name), "{lines}");
        }
    }

    #[test]
    fn a_container_inside_a_container_counts() {
        let inner = "0::/docker/".to_owned() + &"a".repeat(64) + "/kubepods/pod1/ID\n";
        assert_eq!(of(&inner).as_deref(), Some("k8s:4f3a8b0c1d2e"));
    }

    #[test]
    fn other_lines_name_none() {
        for lines in ["", "0::/\n", "0::/user.slice\n", "garbage", "::", "0::/docker/1234\n", "0::/lxc/\n"] {
            assert_eq!(of(lines), None, "{lines}");
        }
        assert_eq!(container(b"0::/\xff\xfe.service\n"), Some(b"\xff\xfe.service".to_vec()));
    }
}
