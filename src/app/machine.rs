//! What the tablet says of itself: free space and charge.

use std::fs;
use std::path::Path;

use super::checks::Machine;

/// Where Linux tells of batteries and cables.
const SUPPLIES: &str = "/sys/class/power_supply";

/// Looks, where the system can say.
pub(super) fn look(folder: &Path) -> Machine {
    Machine {
        free: free(folder),
        battery: battery(Path::new(SUPPLIES)),
    }
}

#[cfg(target_os = "linux")]
fn free(folder: &Path) -> Option<u64> {
    let space = rustix::fs::statvfs(folder).ok()?;
    Some(space.f_bavail.saturating_mul(space.f_frsize))
}

#[cfg(not(target_os = "linux"))]
fn free(_: &Path) -> Option<u64> {
    None
}

/// The first battery's charge in percent, and whether it is on a cable.
fn battery(supplies: &Path) -> Option<(u8, bool)> {
    let told = |folder: &Path, name: &str| {
        let text = fs::read_to_string(folder.join(name)).ok()?;
        Some(text.trim().to_owned())
    };
    let mut supplies = fs::read_dir(supplies).ok()?.filter_map(Result::ok);
    let battery = supplies.find_map(|supply| {
        let folder = supply.path();
        let is_battery = told(&folder, "type")? == "Battery";
        is_battery.then_some(folder)
    })?;
    let charge = told(&battery, "capacity")?.parse().ok()?;
    Some((charge, told(&battery, "status")? != "Discharging"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_battery_tells_its_charge_and_whether_it_is_on_a_cable() {
        let supplies = tempfile::tempdir().unwrap();
        let write = |supply: &str, name: &str, text: &str| {
            let folder = supplies.path().join(supply);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(name), text).unwrap();
        };
        write("AC", "type", "Mains\n");
        assert_eq!(battery(supplies.path()), None);
        write("BAT0", "type", "Battery\n");
        write("BAT0", "capacity", "41\n");
        write("BAT0", "status", "Discharging\n");
        assert_eq!(battery(supplies.path()), Some((41, false)));
        write("BAT0", "status", "Charging\n");
        assert_eq!(battery(supplies.path()), Some((41, true)));
    }
}
