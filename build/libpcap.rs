//! Finds libpcap for feature `live`.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Sees to it that the program can be linked with libpcap, when it is to be.
pub(crate) fn prepare() -> Result<(), String> {
    println!("cargo:rerun-if-env-changed=LIBPCAP_LIBDIR");
    if env::var_os("CARGO_FEATURE_LIVE").is_some() { link_libpcap() } else { Ok(()) }
}

fn out_dir() -> PathBuf {
    PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default())
}

/// Sees to it that the linker finds `-lpcap`. The library alone, without its development files, is enough: nothing here
/// reads its headers.
fn link_libpcap() -> Result<(), String> {
    if let Some(dir) = env::var_os("LIBPCAP_LIBDIR") {
        let dir = PathBuf::from(dir);
        if let Some(library) = find(std::slice::from_ref(&dir)) {
            return link_as_development_library(&library);
        }
        let dir = dir.display();
        return Err(format!("LIBPCAP_LIBDIR is {dir}, and there is no libpcap there.\n\n{HINT}"));
    }
    // Other systems and cross builds: pcap's own build script knows best.
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os != "linux") || env::var("HOST") != env::var("TARGET") {
        return Ok(());
    }
    let directories = library_directories();
    if directories.iter().any(|dir| has_development_library(dir)) {
        return Ok(());
    }
    match find(&directories) {
        Some(library) => link_as_development_library(&library),
        None => Err(format!("sniff captures with libpcap, and it is not installed.\n\n{HINT}")),
    }
}

const HINT: &str = "Install its development files and build again:

    apt-get install libpcap-dev      (Debian, Ubuntu)
    dnf install libpcap-devel        (Fedora, RHEL)
    apk add libpcap-dev              (Alpine)
    pacman -S libpcap                (Arch)

or set LIBPCAP_LIBDIR to the directory of libpcap.so,
or build without live capture and filter expressions:

    cargo build --no-default-features
";

fn has_development_library(dir: &Path) -> bool {
    ["libpcap.so", "libpcap.a", "libpcap.dylib"].iter().any(|name| dir.join(name).exists())
}

/// The library to link with in the first of these directories that has one.
fn find(directories: &[PathBuf]) -> Option<PathBuf> {
    let names = ["libpcap.so", "libpcap.dylib", "libpcap.a", "libpcap.so.1", "libpcap.so.0.8"];
    directories.iter().flat_map(|dir| names.iter().map(|name| dir.join(name))).find(|path| path.exists())
}

/// Makes a runtime library linkable: `-lpcap` looks for `libpcap.so`, which only the development package has.
fn link_as_development_library(library: &Path) -> Result<(), String> {
    let is_runtime_only = library.extension().is_some_and(|e| e != "so" && e != "a" && e != "dylib");
    let directory = if is_runtime_only {
        let link = out_dir().join("libpcap.so");
        let _ = fs::remove_file(&link);
        symlink(library, &link).map_err(|e| format!("cannot link {} to it: {e}", link.display()))?;
        out_dir()
    } else {
        library.parent().unwrap_or(Path::new(".")).to_owned()
    };
    println!("cargo:rustc-link-search=native={}", directory.display());
    println!("cargo:rerun-if-changed={}", library.display());
    Ok(())
}

#[cfg(unix)]
fn symlink(original: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(original, link)
}

#[cfg(not(unix))]
fn symlink(original: &Path, link: &Path) -> io::Result<()> {
    fs::copy(original, link).map(|_| ())
}

/// Where libraries are: what the dynamic linker and the C compiler say, and the usual places.
fn library_directories() -> Vec<PathBuf> {
    let mut found = Vec::new();
    // "\tlibpcap.so.0.8 (libc6,x86-64) => /lib/x86_64-linux-gnu/libpcap.so.0.8"
    for ldconfig in ["ldconfig", "/sbin/ldconfig", "/usr/sbin/ldconfig"] {
        if let Some(listing) = output_of(ldconfig, &["-p"]) {
            let paths = listing.lines().filter(|line| line.trim_start().starts_with("libpcap.so"));
            let paths = paths.filter_map(|line| Some(PathBuf::from(line.split_once("=> ")?.1.trim())));
            found.extend(paths.filter_map(|path| path.parent().map(Path::to_owned)));
            break;
        }
    }
    if let Some(listing) = output_of("cc", &["-print-search-dirs"]) {
        let lists = listing.lines().filter_map(|line| line.strip_prefix("libraries: ="));
        found.extend(lists.flat_map(env::split_paths));
    }
    for root in ["/usr/local/lib", "/usr/lib", "/lib", "/usr/lib64", "/lib64"] {
        found.push(PathBuf::from(root));
        if let Ok(arch) = env::var("CARGO_CFG_TARGET_ARCH") {
            found.push(PathBuf::from(root).join(format!("{arch}-linux-gnu")));
        }
    }
    found
}

fn output_of(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok().filter(|o| o.status.success())?;
    String::from_utf8(output.stdout).ok()
}
