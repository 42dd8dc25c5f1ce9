//! The readmes show exactly the examples that the tests run, in both languages.

use std::fs;

use ksef_conformance::repository_root;

const EXAMPLES: [(&str, &str); 3] = [
    ("rust", "examples/rust/src/bin/quickstart.rs"),
    ("python", "examples/python/quickstart.py"),
    ("c", "examples/c/quickstart.c"),
];

#[test]
fn readmes_show_the_examples_that_are_run() {
    let root = repository_root();
    for readme in ["README.md", "README.pl.md"] {
        let text = fs::read_to_string(root.join(readme)).expect("a readme");
        for (language, path) in EXAMPLES {
            let example = fs::read_to_string(root.join(path)).expect("an example");
            let block = format!("```{language}\n{}\n```", example.trim_end());
            assert!(text.contains(&block), "{readme} does not show {path} as it is");
        }
        for command in ["cargo run -p ksef-cli -- demo", "tests/run"] {
            assert!(text.contains(command), "{readme} lacks `{command}`");
        }
    }
}

#[test]
fn readmes_link_to_files_that_exist() {
    let root = repository_root();
    for readme in ["README.md", "README.pl.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(root.join(readme)).expect("a page");
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if !target.contains("://") && !target.starts_with('#') {
                assert!(root.join(target).exists(), "{readme} links to {target}");
            }
        }
    }
}
