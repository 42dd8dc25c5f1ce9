//! Who may depend on whom (DESIGN §3), read from `cargo metadata`, and rules that every source file keeps.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ksef_conformance::repository_root;
use serde_json::Value;

/// A member crate and the member crates that it may name as normal or build dependencies. A new crate must be
/// placed here before it can be built into the house.
const HOUSE: &[(&str, &[&str])] = &[
    ("ksef-model", &[]),
    ("ksef-crypto", &[]),
    ("ksef-xades", &["ksef-crypto"]),
    ("ksef-documents", &["ksef-model", "ksef-crypto"]),
    ("libksef", &["ksef-model", "ksef-crypto", "ksef-xades", "ksef-documents"]),
    ("ksef-emulator", &["ksef-model", "ksef-crypto", "ksef-xades", "ksef-documents"]),
    ("ksef-cli", &["libksef", "ksef-emulator", "ksef-documents", "ksef-crypto", "ksef-model"]),
    ("ksef-ffi", &["libksef"]),
    ("ksef-uniffi", &["libksef", "ksef-model"]),
    ("ksef-python", &["ksef-uniffi", "libksef"]),
    ("ksef-examples", EVERYTHING),
    ("ksef-conformance", EVERYTHING),
    ("xtask", EVERYTHING),
];
const EVERYTHING: &[&str] = &["*"];

/// Crates that do no input and output.
const PURE: &[&str] = &["ksef-model", "ksef-crypto", "ksef-xades", "ksef-documents"];
/// What no pure crate may reach by any path of normal dependencies.
const IMPURE: &[&str] =
    &["tokio", "reqwest", "hyper", "rusqlite", "libsqlite3-sys", "rustls", "axum", "tracing-subscriber"];

/// Outside technologies and the only crates that may name them, outside their tests.
const DOORS: &[(&str, &[&str])] = &[
    ("reqwest", &["libksef"]),
    ("rusqlite", &["libksef"]),
    ("pyo3", &["ksef-python"]),
    ("uniffi", &["ksef-model", "ksef-uniffi", "ksef-python"]),
    ("axum", &["ksef-emulator"]),
    ("cbindgen", &["xtask"]),
];

/// A package of the graph.
struct Package {
    id: String,
    name: String,
    /// Declared dependencies: name, kind (`normal`, `build` or `dev`), optional.
    declared: Vec<(String, String, bool)>,
}

struct Graph {
    members: Vec<Package>,
    /// Package id to the ids of its normal dependencies, all features on.
    normal: BTreeMap<String, Vec<String>>,
    names: BTreeMap<String, String>,
}

impl Graph {
    fn read() -> Self {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--all-features"])
            .current_dir(repository_root())
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
        let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
        let ids: BTreeSet<&str> = array(&metadata["workspace_members"]).iter().map(text).collect();
        let packages = array(&metadata["packages"]);
        let members = packages.iter().filter(|p| ids.contains(text(&p["id"]))).map(package).collect();
        let names =
            packages.iter().map(|p| (text(&p["id"]).to_owned(), text(&p["name"]).to_owned())).collect();
        let normal = array(&metadata["resolve"]["nodes"])
            .iter()
            .map(|node| {
                let deps = array(&node["deps"])
                    .iter()
                    .filter(|dep| array(&dep["dep_kinds"]).iter().any(|kind| kind["kind"].is_null()));
                (text(&node["id"]).to_owned(), deps.map(|dep| text(&dep["pkg"]).to_owned()).collect())
            })
            .collect();
        Self { members, normal, names }
    }

    fn member(&self, name: &str) -> &Package {
        self.members.iter().find(|package| package.name == name).expect("a member of the workspace")
    }

    /// Names of everything that a member reaches by normal dependencies, without passing through `barred`.
    fn reach(&self, name: &str, barred: &[&str]) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        let mut waiting = vec![self.member(name).id.clone()];
        while let Some(id) = waiting.pop() {
            for next in self.normal.get(&id).into_iter().flatten() {
                if !barred.contains(&self.names[next].as_str()) && seen.insert(next.clone()) {
                    waiting.push(next.clone());
                }
            }
        }
        seen.iter().map(|id| self.names[id].clone()).collect()
    }
}

fn package(value: &Value) -> Package {
    let declared = array(&value["dependencies"])
        .iter()
        .map(|dependency| {
            let kind = dependency["kind"].as_str().unwrap_or("normal");
            (text(&dependency["name"]).to_owned(), kind.to_owned(), dependency["optional"] == true)
        })
        .collect();
    Package { id: text(&value["id"]).to_owned(), name: text(&value["name"]).to_owned(), declared }
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text in cargo metadata")
}

#[test]
fn every_member_has_its_place() {
    let members: BTreeSet<String> = Graph::read().members.into_iter().map(|package| package.name).collect();
    let placed: BTreeSet<String> = HOUSE.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(members, placed, "crates of the workspace and the table HOUSE of this test differ");
}

#[test]
fn arrows_between_members_point_down() {
    let graph = Graph::read();
    let members: BTreeSet<&str> = graph.members.iter().map(|package| package.name.as_str()).collect();
    let mut wrong = Vec::new();
    for (name, allowed) in HOUSE.iter().filter(|(_, allowed)| *allowed != EVERYTHING) {
        for (dependency, kind, _) in &graph.member(name).declared {
            let inside = members.contains(dependency.as_str());
            if inside && kind != "dev" && !allowed.contains(&dependency.as_str()) {
                wrong.push(format!("{name} -> {dependency} ({kind})"));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that DESIGN §3 does not have: {wrong:#?}");
}

#[test]
fn nothing_depends_on_tests_and_tools() {
    let graph = Graph::read();
    for package in &graph.members {
        for (dependency, kind, _) in &package.declared {
            assert!(
                !["ksef-conformance", "ksef-examples", "xtask"].contains(&dependency.as_str()),
                "{} -> {dependency} ({kind})",
                package.name
            );
        }
    }
}

#[test]
fn pure_crates_reach_no_runtime_and_no_network() {
    let graph = Graph::read();
    for name in PURE {
        // The derives of uniffi are an option of the model for the bindings; what uniffi itself uses is its own affair.
        let reached = graph.reach(name, &["uniffi"]);
        let impure: Vec<&str> = IMPURE.iter().copied().filter(|crate_| reached.contains(*crate_)).collect();
        assert!(impure.is_empty(), "{name} reaches {impure:?}");
    }
}

#[test]
fn each_outside_technology_has_its_door() {
    let graph = Graph::read();
    for (technology, doors) in DOORS {
        for package in &graph.members {
            for (dependency, kind, _) in &package.declared {
                assert!(
                    dependency != technology || kind == "dev" || doors.contains(&package.name.as_str()),
                    "{} names {technology} ({kind})",
                    package.name
                );
            }
        }
    }
    let optional =
        graph.member("ksef-model").declared.iter().all(|(name, _, optional)| name != "uniffi" || *optional);
    assert!(optional, "ksef-model may name uniffi only as an option");
}

#[test]
fn the_emulator_does_not_know_the_client() {
    let graph = Graph::read();
    assert!(!graph.reach("ksef-emulator", &[]).contains("libksef"), "ksef-emulator reaches libksef");
    // In its tests neither: a misunderstanding shared by both would be invisible.
    let declared = &graph.member("ksef-emulator").declared;
    assert!(declared.iter().all(|(name, ..)| name != "libksef"), "ksef-emulator names libksef");
}

#[test]
fn the_bridges_are_siblings() {
    let graph = Graph::read();
    assert!(!graph.reach("ksef-ffi", &[]).contains("ksef-uniffi"));
    assert!(!graph.reach("ksef-uniffi", &[]).contains("ksef-ffi"));
    for bridge in ["ksef-ffi", "ksef-uniffi", "ksef-python", "libksef"] {
        assert!(!graph.reach(bridge, &[]).contains("ksef-emulator"), "{bridge} ships the emulator");
    }
}

/// What a source file is, by its ending.
const HAND_WRITTEN: &[&str] = &["rs", "c", "h", "py", "pyi", "sh"];
const TEXTS: &[&str] =
    &["rs", "c", "h", "py", "pyi", "sh", "toml", "json", "yml", "yaml", "md", "txt", "in", "cmake"];
const LINES: usize = 600;

/// Files of the repository that were written for it: no build output, no environments, nothing hidden.
fn sources(endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![repository_root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder").flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            let foreign = ["target", "node_modules", "venv", "__pycache__", "build"].contains(&name.as_str());
            if name.starts_with('.') || foreign || name.ends_with(".egg-info") {
                continue;
            }
            let kind = entry.file_type().expect("a file type");
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file()
                && path.extension().is_some_and(|e| endings.iter().any(|ending| e == *ending))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(found.len() > 20, "the walk over the sources found only {} files", found.len());
    found
}

/// Generated files say so in one of their first lines.
fn is_generated(content: &str) -> bool {
    content.lines().take(12).any(|line| {
        let line = line.to_ascii_lowercase();
        line.contains("@generated")
            || line.contains("generated by")
            || line.contains("generated with")
            || line.contains("autogenerated")
    })
}

fn shown(path: &Path) -> String {
    path.strip_prefix(repository_root()).unwrap_or(path).display().to_string()
}

#[test]
fn hand_written_sources_stay_short() {
    let mut long = Vec::new();
    for path in sources(HAND_WRITTEN) {
        let content = String::from_utf8_lossy(&fs::read(&path).expect("readable")).into_owned();
        let lines = content.lines().count();
        if lines > LINES && !is_generated(&content) {
            long.push(format!("{} has {lines} lines", shown(&path)));
        }
    }
    assert!(long.is_empty(), "hand-written sources over {LINES} lines: {long:#?}");
}

#[test]
fn sources_hold_no_registry_hosts_and_no_unfinished_work() {
    // In two parts, so that this file does not contain what it looks for.
    let hosts: Vec<String> = [
        ("static.crates", ".io"),
        ("index.crates", ".io"),
        ("files.python", "hosted.org"),
        ("pypi", ".org/simple"),
        ("registry.npm", "js.org"),
        ("proxy.golang", ".org"),
        ("repo1.maven", ".org"),
    ]
    .iter()
    .map(|(a, b)| format!("{a}{b}"))
    .collect();
    let unfinished: Vec<String> = [("TO", "DO"), ("FIX", "ME"), ("todo", "!("), ("unimplemented", "!(")]
        .iter()
        .map(|(a, b)| format!("{a}{b}"))
        .collect();
    let mut wrong = Vec::new();
    for path in sources(TEXTS) {
        let content = String::from_utf8_lossy(&fs::read(&path).expect("readable")).into_owned();
        let code = path.extension().is_some_and(|e| HAND_WRITTEN.iter().any(|ending| e == *ending));
        for (index, line) in content.lines().enumerate() {
            let host = hosts.iter().find(|host| line.contains(host.as_str()));
            let mark = unfinished.iter().find(|mark| code && line.contains(mark.as_str()));
            if let Some(found) = host.or(mark) {
                wrong.push(format!("{}:{}: {found}", shown(&path), index + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn reqwest_is_named_in_the_pipeline_only() {
    let pipeline = repository_root().join("core/src/http");
    let needle = format!("{}::", "reqwest");
    let wrong: Vec<String> = sources(&["rs"])
        .into_iter()
        .filter(|path| {
            !path.starts_with(&pipeline) && !path.components().any(|part| part.as_os_str() == "tests")
        })
        .filter(|path| fs::read_to_string(path).is_ok_and(|content| content.contains(&needle)))
        .map(|path| shown(&path))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn unsafe_code_is_refused_outside_the_bridges() {
    let bridges = ["ksef-ffi", "ksef-uniffi", "ksef-python"];
    let manifests = sources(&["toml"]).into_iter().filter(|path| path.ends_with("Cargo.toml"));
    let mut seen = 0;
    for manifest in manifests {
        let content = fs::read_to_string(&manifest).expect("readable");
        if !content.contains("[package]")
            || bridges.iter().any(|name| content.contains(&format!("name = \"{name}\"")))
        {
            continue;
        }
        seen += 1;
        let inherited = content.contains("[lints]\nworkspace = true");
        // The scaffolding of uniffi needs unsafe code, so a crate with that option can deny but not forbid.
        let denied = content.contains("unsafe_code = \"deny\"") && content.contains("uniffi");
        assert!(inherited || denied, "{} does not take the lints of the workspace", shown(&manifest));
    }
    assert!(seen >= HOUSE.len() - bridges.len(), "only {seen} manifests found");
}
