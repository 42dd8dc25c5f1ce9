//! Checks of requests before they are sent.

pub(crate) mod patterns;

use std::fmt;
use std::ops::{Bound, RangeBounds};

use patterns::Pattern;

/// Implemented by everything that is sent to KSeF.
///
/// The checks are those of the API description: lengths in characters, patterns, ranges, numbers of items. They do not
/// replace the server's own checks.
pub trait Validate {
    /// Reports every violation to `check`.
    fn check(&self, check: &mut Check);

    /// All violations at once, each with the JSON path of its field.
    fn validate(&self) -> Result<(), InvalidRequest> {
        let mut check = Check::default();
        self.check(&mut check);
        if check.violations.is_empty() {
            Ok(())
        } else {
            Err(InvalidRequest { violations: check.violations })
        }
    }
}

/// A request that KSeF would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidRequest {
    /// What is wrong, in the order of the fields; never empty.
    pub violations: Vec<Violation>,
}

/// One thing that is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// JSON path of the field, such as `batchFile.fileParts[2].fileSize`.
    pub field: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What can be wrong with a field. The value itself is never part of the message, because it may be personal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// A text has this many characters, fewer or more than allowed.
    Length {
        /// Characters found.
        found: usize,
        /// What is allowed, such as `5 to 256`.
        allowed: String,
    },
    /// A number is outside its range.
    Range {
        /// The number found.
        found: i64,
        /// What is allowed, such as `1 to 50`.
        allowed: String,
    },
    /// A list has this many items, fewer or more than allowed.
    Items {
        /// Items found.
        found: usize,
        /// What is allowed, such as `at least 2`.
        allowed: String,
    },
    /// A text does not have the form that the description demands.
    Pattern,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Length { found, allowed } => write!(f, "has {found} characters instead of {allowed}"),
            Problem::Range { found, allowed } => write!(f, "is {found} instead of {allowed}"),
            Problem::Items { found, allowed } => write!(f, "has {found} items instead of {allowed}"),
            Problem::Pattern => f.write_str("does not have the required form"),
        }
    }
}

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.violations.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{} {}", violation.field, violation.problem)?;
        }
        Ok(())
    }
}

impl std::error::Error for InvalidRequest {}

/// Collects violations and knows where in the request it is.
#[derive(Debug, Default)]
pub struct Check {
    path: Vec<String>,
    violations: Vec<Violation>,
}

impl Check {
    /// Checks the number of characters of a text; an absent text is in order.
    pub fn length<'a>(
        &mut self,
        field: &str,
        value: impl Into<Option<&'a str>>,
        allowed: impl RangeBounds<i64>,
    ) {
        if let Some(found) = value.into().map(|text| text.chars().count())
            && !within(found, &allowed)
        {
            self.report(field, Problem::Length { found, allowed: describe(&allowed) });
        }
    }

    /// Checks a number; an absent number is in order.
    pub fn range(&mut self, field: &str, value: impl Into<Option<i64>>, allowed: impl RangeBounds<i64>) {
        if let Some(found) = value.into()
            && !allowed.contains(&found)
        {
            self.report(field, Problem::Range { found, allowed: describe(&allowed) });
        }
    }

    /// Checks the number of items of a list; an absent list is in order.
    pub fn items(&mut self, field: &str, count: impl Into<Option<usize>>, allowed: impl RangeBounds<i64>) {
        if let Some(found) = count.into()
            && !within(found, &allowed)
        {
            self.report(field, Problem::Items { found, allowed: describe(&allowed) });
        }
    }

    /// Checks the form of a text; an absent text is in order.
    pub(crate) fn pattern<'a>(&mut self, field: &str, value: impl Into<Option<&'a str>>, pattern: &Pattern) {
        if value.into().is_some_and(|text| !pattern.matches(text)) {
            self.report(field, Problem::Pattern);
        }
    }

    /// Checks an object within the request; an absent object is in order.
    pub fn object<'a, T: Validate + 'a>(&mut self, field: &str, value: impl Into<Option<&'a T>>) {
        if let Some(value) = value.into() {
            self.path.push(field.to_owned());
            value.check(self);
            self.path.pop();
        }
    }

    /// Checks every object of a list.
    pub fn objects<'a, T: Validate + 'a>(&mut self, field: &str, items: impl IntoIterator<Item = &'a T>) {
        self.each(field, items, |check, name, item| check.object(name, item));
    }

    /// Checks every item of a list; the function gets the name of the item with its index.
    pub fn each<T>(
        &mut self,
        field: &str,
        items: impl IntoIterator<Item = T>,
        check_item: impl Fn(&mut Self, &str, T),
    ) {
        for (index, item) in items.into_iter().enumerate() {
            check_item(self, &format!("{field}[{index}]"), item);
        }
    }

    /// The violations, when there are any.
    pub fn finish(self) -> Result<(), InvalidRequest> {
        if self.violations.is_empty() { Ok(()) } else { Err(InvalidRequest { violations: self.violations }) }
    }

    /// Reports a violation of the named field of the object that is being checked.
    pub fn report(&mut self, field: &str, problem: Problem) {
        let field = self.path.iter().map(String::as_str).chain([field]).collect::<Vec<_>>().join(".");
        self.violations.push(Violation { field, problem });
    }
}

fn within(found: usize, allowed: &impl RangeBounds<i64>) -> bool {
    i64::try_from(found).is_ok_and(|count| allowed.contains(&count))
}

/// A range in words.
fn describe(allowed: &impl RangeBounds<i64>) -> String {
    let lowest = match allowed.start_bound() {
        Bound::Included(lowest) => Some(*lowest),
        Bound::Excluded(below) => Some(below.saturating_add(1)),
        Bound::Unbounded => None,
    };
    let highest = match allowed.end_bound() {
        Bound::Included(highest) => Some(*highest),
        Bound::Excluded(above) => Some(above.saturating_sub(1)),
        Bound::Unbounded => None,
    };
    match (lowest.filter(|lowest| *lowest != i64::MIN), highest.filter(|highest| *highest != i64::MAX)) {
        (Some(lowest), Some(highest)) if lowest == highest => format!("exactly {lowest}"),
        (Some(lowest), Some(highest)) => format!("{lowest} to {highest}"),
        (Some(lowest), None) => format!("at least {lowest}"),
        (None, Some(highest)) => format!("at most {highest}"),
        (None, None) => "any".to_owned(),
    }
}
