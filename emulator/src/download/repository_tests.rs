use ksef_documents::fa3::{Address, Buyer, InvoiceBuilder, Line, Seller, VatRate};

use super::*;

const SELLER: &str = "5265877635";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn lag(mark: i64, arrival: i64) -> Lag {
    Lag { mark: SignedDuration::from_secs(mark), arrival: SignedDuration::from_secs(arrival) }
}

fn deposit(number: &str, stored_at: Timestamp, hidden_for: Option<i64>) -> Deposit {
    let seller = Seller {
        nip: SELLER.parse().unwrap(),
        name: "S".into(),
        address: Address::polish("ul. Prosta 1", "00-001 Warszawa"),
    };
    let date = jiff::civil::date(2026, 11, 1);
    let content = InvoiceBuilder::new(seller, Buyer::consumer("K"), number, date)
        .line(Line::new("x", 1.into(), "szt.", 1.into(), VatRate::Percent23))
        .build()
        .unwrap();
    Deposit {
        header: InvoiceHeader::read(&content).unwrap(),
        content,
        stored_at,
        hidden_for: hidden_for.map(SignedDuration::from_secs),
        mode: InvoicingMode::Online,
    }
}

fn seen(repository: &Repository, now: Timestamp) -> usize {
    let context = ContextIdentifier::Nip(SELLER.parse().unwrap());
    repository.of_context(&context, now).count()
}

#[test]
fn a_late_invoice_is_hidden_and_never_below_the_mark() {
    let mut repository = Repository::default();
    let lag = lag(60, 0);
    repository.deposit(deposit("1", at(0), Some(50)), at(0), lag);
    for second in 0..50 {
        assert_eq!(seen(&repository, at(second)), 0);
        assert!(repository.high_water_mark(at(second), lag) < at(0));
    }
    assert_eq!(seen(&repository, at(50)), 1);
    assert!(repository.high_water_mark(at(61), lag) >= at(0));
}

#[test]
fn the_mark_waits_for_what_is_later_than_the_lag() {
    let mut repository = Repository::default();
    let lag = lag(10, 0);
    repository.deposit(deposit("1", at(0), Some(3600)), at(0), lag);
    assert!(repository.high_water_mark(at(3599), lag) < at(0));
    assert!(repository.high_water_mark(at(3600), lag) > at(3500));
}

#[test]
fn random_arrivals_keep_the_promise_of_the_mark() {
    let mut repository = Repository::default();
    let lag = lag(5, 5);
    let mut promised = Vec::new();
    for second in 0..200 {
        repository.deposit(deposit(&second.to_string(), at(second), None), at(second), lag);
        let mark = repository.high_water_mark(at(second), lag);
        promised.push((mark, count_up_to(&repository, mark, at(second))));
    }
    let late = repository.entries().iter().filter(|entry| entry.visible_at > entry.stored_at).count();
    assert!(late > 150, "only {late} come late");
    for (mark, seen) in promised {
        assert_eq!(count_up_to(&repository, mark, at(1000)), seen, "{mark}");
    }
}

fn count_up_to(repository: &Repository, mark: Timestamp, now: Timestamp) -> usize {
    let visible = repository.entries().iter().filter(|entry| entry.visible_at <= now);
    visible.filter(|entry| entry.stored_at <= mark).count()
}

#[test]
fn an_old_deposit_is_not_seen_before_it_came() {
    let mut repository = Repository::default();
    let lag = lag(1, 0);
    repository.deposit(deposit("1", at(0), None), at(1000), lag);
    assert_eq!(seen(&repository, at(999)), 0);
    assert_eq!(seen(&repository, at(1000)), 1);
    assert!(repository.high_water_mark(at(999), lag) > at(900));
}

#[test]
fn storage_dates_have_whole_microseconds() {
    let mut repository = Repository::default();
    let odd: Timestamp = "2026-11-22T12:00:00.1234567Z".parse().unwrap();
    repository.deposit(deposit("1", odd, None), odd, lag(1, 0));
    assert_eq!(repository.entries()[0].stored_at.to_string(), "2026-11-22T12:00:00.123456Z");
}
