//! The matrix scenario x runner: played in parallel, printed as text and as Markdown.

use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::driver::{Driver, Verdict};
use crate::runner::RunnerCommand;
use crate::scenario::Scenario;

/// Verdicts of every scenario with every runner.
#[derive(Debug)]
pub struct Matrix {
    runners: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    name: String,
    doc: String,
    verdicts: Vec<Verdict>,
}

/// Sums over a matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Cells in which every expectation held.
    pub passed: usize,
    /// Cells in which something did not.
    pub failed: usize,
    /// Cells that the scenario declares not applicable.
    pub skipped: usize,
}

impl Matrix {
    /// Plays every scenario with every runner, `workers` at a time, and calls `done` after each cell.
    pub fn play(
        driver: &Driver,
        scenarios: &[Scenario],
        runners: &[RunnerCommand],
        workers: usize,
        done: &(dyn Fn(&Scenario, &RunnerCommand, &Verdict) + Sync),
    ) -> Self {
        let cells: Vec<(usize, usize)> =
            (0..scenarios.len()).flat_map(|s| (0..runners.len()).map(move |r| (s, r))).collect();
        let next = AtomicUsize::new(0);
        let verdicts: Vec<Mutex<Option<Verdict>>> = cells.iter().map(|_| Mutex::new(None)).collect();
        thread::scope(|scope| {
            for _ in 0..workers.max(1) {
                scope.spawn(|| {
                    while let Some((index, (s, r))) = take(&next, &cells) {
                        let verdict = driver.play(&scenarios[s], &runners[r]);
                        done(&scenarios[s], &runners[r], &verdict);
                        if let Ok(mut slot) = verdicts[index].lock() {
                            *slot = Some(verdict);
                        }
                    }
                });
            }
        });
        let mut verdicts = verdicts.into_iter().map(|slot| {
            let verdict = slot.into_inner().unwrap_or_default();
            verdict.unwrap_or_else(|| Verdict::Failed(vec!["the driver did not finish this cell".to_owned()]))
        });
        let rows = scenarios
            .iter()
            .map(|scenario| Row {
                name: scenario.name.clone(),
                doc: scenario.doc.clone(),
                verdicts: verdicts.by_ref().take(runners.len()).collect(),
            })
            .collect();
        Self { runners: runners.iter().map(|runner| runner.name.clone()).collect(), rows }
    }

    /// The sums.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals { passed: 0, failed: 0, skipped: 0 };
        for verdict in self.rows.iter().flat_map(|row| &row.verdicts) {
            match verdict {
                Verdict::Passed => totals.passed += 1,
                Verdict::Failed(_) => totals.failed += 1,
                Verdict::NotApplicable(_) => totals.skipped += 1,
            }
        }
        totals
    }

    /// The matrix as a text table; its first line begins with `scenario `, its last is empty.
    #[must_use]
    pub fn table(&self) -> String {
        let width = self.rows.iter().map(|row| row.name.len()).max().unwrap_or(0).max("scenario".len());
        let mut out = format!("{:width$}", "scenario");
        for runner in &self.runners {
            let _ = write!(out, "  {runner}");
        }
        out.push('\n');
        for row in &self.rows {
            let _ = write!(out, "{:width$}", row.name);
            for (runner, verdict) in self.runners.iter().zip(&row.verdicts) {
                let _ = write!(out, "  {:1$}", word(verdict), runner.chars().count());
            }
            out.truncate(out.trim_end().len());
            out.push('\n');
        }
        out.push('\n');
        out
    }

    /// Every cell that is not applicable: `scenario [runner]: reason`.
    #[must_use]
    pub fn skips(&self) -> Vec<String> {
        let mut skips = Vec::new();
        for row in &self.rows {
            for (runner, verdict) in self.runners.iter().zip(&row.verdicts) {
                if let Verdict::NotApplicable(reason) = verdict {
                    skips.push(format!("{} [{runner}]: {reason}", row.name));
                }
            }
        }
        skips
    }

    /// The matrix as a Markdown page.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = String::from(
            "# Conformance\n\nEvery language runs the same scenarios (`tests/scenarios/`) against the emulator. Written by\n\
             `cargo run -p ksef-conformance --bin scenarios -- ... --write docs/conformance.md`.\n\n| Scenario | What it shows |",
        );
        for runner in &self.runners {
            let _ = write!(out, " {runner} |");
        }
        out.push_str("\n|---|---|");
        out.push_str(&"---|".repeat(self.runners.len()));
        out.push('\n');
        for row in &self.rows {
            let _ = write!(out, "| `{}` | {} |", row.name, row.doc.replace('|', "\\|"));
            for verdict in &row.verdicts {
                let _ = write!(out, " {} |", word(verdict));
            }
            out.push('\n');
        }
        let skips = self.skips();
        if !skips.is_empty() {
            out.push_str("\nNot applicable:\n\n");
            for skip in skips {
                let _ = writeln!(out, "- {skip}");
            }
        }
        out
    }
}

fn take(next: &AtomicUsize, cells: &[(usize, usize)]) -> Option<(usize, (usize, usize))> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    cells.get(index).map(|cell| (index, *cell))
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "ok",
        Verdict::Failed(_) => "FAIL",
        Verdict::NotApplicable(_) => "n/a",
    }
}
