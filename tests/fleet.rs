//! A small fleet in virtual time, on the code that ships: it comes back after an outage without
//! becoming the next one. `make fleet` is the long form, with 40,000 stations and a report.
#![allow(
    clippy::expect_used,
    clippy::panic,
    dead_code,
    reason = "a test's helpers fail the test, and the bench uses what is not used here"
)]

#[path = "../benches/fleet/figures.rs"]
mod figures;
#[path = "../benches/fleet/runs.rs"]
mod runs;
#[path = "../benches/fleet/server.rs"]
mod server;
#[path = "../benches/fleet/station.rs"]
mod station;
#[path = "../benches/fleet/world.rs"]
mod world;

use std::time::Duration;

use uketsuke::sync::Backoff;

use figures::Figures;
use runs::{SCENARIOS, tenth};
use station::Policy;
use world::{Setup, World};

fn shipped() -> Policy {
    Policy::Shipped(Backoff::default())
}

fn figures(setup: &Setup, scenario: usize) -> Figures {
    let world = World::after_the_outage(setup.clone());
    let log = world.goes_on(SCENARIOS[scenario].again.clone());
    Figures::of(&log, setup.stations, setup.build.capacity)
}

/// The same after an outage that is only as long as it takes until every window is at its longest.
fn after_half_an_hour(policy: Policy) -> Setup {
    Setup {
        outage: Duration::from_mins(30),
        ..tenth(policy)
    }
}

#[test]
fn a_fleet_comes_back_within_bounds_after_five_hours() {
    for seed in 1..=3 {
        let setup = Setup {
            seed,
            ..tenth(shipped())
        };
        let figures = figures(&setup, 0);
        assert!(figures.holds(), "seed {seed}: {figures:#?}");
        assert_eq!(figures.unreachable, 0);
    }
}

#[test]
fn a_fleet_bears_that_the_server_falls_over_again() {
    for seed in 1..=3 {
        let setup = Setup {
            seed,
            ..tenth(shipped())
        };
        let figures = figures(&setup, 1);
        assert!(figures.holds(), "seed {seed}: {figures:#?}");
        assert!(figures.unreachable > 0);
    }
}

#[test]
fn every_station_delivers_everything_exactly_once() {
    let setup = after_half_an_hour(shipped());
    let log = World::after_the_outage(setup.clone()).goes_on(None);
    let served: u32 = log.seconds.iter().map(|second| second.served).sum();
    assert_eq!(served, setup.stations * setup.bundles);
    assert_eq!(log.done.len(), setup.stations as usize);
}

#[test]
fn a_window_of_ten_seconds_would_break_the_demand() {
    let short = Backoff {
        longest: Duration::from_secs(10),
        ..Backoff::default()
    };
    let figures = figures(&after_half_an_hour(Policy::Shipped(short)), 0);
    assert!(!figures.holds_arrivals(), "{figures:#?}");
}

#[test]
fn a_window_of_ten_minutes_would_be_too_slow_for_a_server_that_falls_over_again() {
    let long = Backoff {
        longest: Duration::from_mins(10),
        ..Backoff::default()
    };
    let setup = Setup {
        outage: Duration::from_hours(2),
        ..tenth(Policy::Shipped(long))
    };
    let figures = figures(&setup, 1);
    assert!(!figures.holds_time(), "{figures:#?}");
}

#[test]
fn a_timer_that_all_share_would_break_both_demands() {
    let timer = Policy::OnTheClock(Duration::from_secs(30));
    let figures = figures(&after_half_an_hour(timer), 0);
    assert!(
        !figures.holds_arrivals() && !figures.holds_time(),
        "{figures:#?}"
    );
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let setup = after_half_an_hour(shipped());
    let arrivals = |setup: &Setup| {
        let world = World::after_the_outage(setup.clone());
        world.goes_on(None).arrivals
    };
    assert_eq!(arrivals(&setup), arrivals(&setup));
    let other = Setup {
        seed: 2,
        ..setup.clone()
    };
    assert_ne!(arrivals(&setup), arrivals(&other));
}

#[test]
fn the_fullest_window_is_found_wherever_it_lies() {
    let mut log = world::Log {
        arrivals: [0, 1, 2, 64, 65, 73, 74, 75]
            .map(Duration::from_secs)
            .into(),
        ..world::Log::default()
    };
    log.everything = log.arrivals.clone();
    let figures = Figures::of(&log, 1, 1);
    // From 65 up to 75, which is not in it.
    assert_eq!((figures.peak_first, figures.peak_later), (3, 3));
    assert_eq!(figures.peak_second, 1);
}
