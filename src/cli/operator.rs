//! `uketsuke operator`: the people who work at the station.
//!
//! PINs and codes come from the keyboard, unseen, or from standard input, a line each; never
//! from arguments, which every process on the machine can read.

use std::io::{self, BufRead, IsTerminal};

use anyhow::{anyhow, ensure};
use clap::{Args, Subcommand};
use zeroize::Zeroizing;

use super::EXIT_OK;
use super::data_dir::{DataArgs, Place};
use crate::accounts::{self, Operator, OperatorName, Pin, PinHash, Role, Totp, Tries, authorise};
use crate::intake::OperatorId;
use crate::store::{Act, SqliteStore, Witnessed};
use crate::text::{Bilingual, Language};

/// Arguments of `uketsuke operator`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uketsuke operator add admin-01 --name 佐藤 --role administrator --data-dir DIR
  uketsuke operator add clerk-01 --name 鈴木 --role clerk --by admin-01 --data-dir DIR
  uketsuke operator list --data-dir DIR

The first one is an administrator; from then on an administrator vouches for every change with
PIN and code.")]
pub struct OperatorArgs {
    #[command(subcommand)]
    command: OperatorCommand,
}

#[derive(Debug, Subcommand)]
enum OperatorCommand {
    /// Give somebody an account / 登録する
    Add(AddArgs),
    /// Give somebody a new PIN / PIN を変える
    SetPin(ChangeArgs),
    /// Close an account; records go on naming it / 使えなくする
    Disable(ChangeArgs),
    /// Open a closed account again / 再び使えるようにする
    Enable(ChangeArgs),
    /// Who has an account / 一覧
    List(ListArgs),
}

#[derive(Debug, Args)]
struct AddArgs {
    /// Id that records will name / 記録に残る識別名
    id: OperatorId,
    /// Name that the screen shows / 画面に出す名前
    #[arg(long)]
    name: OperatorName,
    /// staff, clerk or administrator / 役割
    #[arg(long)]
    role: Role,
    /// The administrator who vouches / 承認する管理者
    #[arg(long, value_name = "ID")]
    by: Option<OperatorId>,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Debug, Args)]
struct ChangeArgs {
    /// Whose account / 対象の人
    id: OperatorId,
    /// The administrator who vouches / 承認する管理者
    #[arg(long, value_name = "ID")]
    by: OperatorId,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Debug, Args)]
struct ListArgs {
    #[command(flatten)]
    data: DataArgs,
}

/// Runs the subcommand.
pub fn run(args: &OperatorArgs) -> anyhow::Result<u8> {
    match &args.command {
        OperatorCommand::Add(args) => add(args)?,
        OperatorCommand::SetPin(args) => set_pin(args)?,
        OperatorCommand::Disable(args) => disable(args)?,
        OperatorCommand::Enable(args) => enable(args)?,
        OperatorCommand::List(args) => list(args)?,
    }
    Ok(EXIT_OK)
}

fn add(args: &AddArgs) -> anyhow::Result<()> {
    let place = args.data.place()?;
    let mut store = place.store()?;
    let by = vouched(&place, &mut store, args)?;
    ensure!(
        store.operator(&args.id)?.is_none(),
        "{} はすでに登録されています。別の識別名にしてください / {} has an account already: choose another id",
        args.id,
        args.id
    );
    let operator = Operator {
        id: args.id.clone(),
        name: args.name.clone(),
        role: args.role,
        pin_hash: new_pin(&args.id)?,
        tries: Tries::default(),
        totp: match args.role {
            Role::Administrator => Some(new_authenticator(&place, &args.id)?),
            Role::Staff | Role::Clerk => None,
        },
        enabled: true,
    };
    store.keep_operator(
        &operator,
        Act::AccountChanged,
        &Witnessed::new(by, place.now()),
    )?;
    println!("{} を登録しました / {} has an account", args.id, args.id);
    Ok(())
}

/// Who vouches for a new account: an administrator, or for the very first one whoever set the
/// tablet up.
fn vouched(place: &Place, store: &mut SqliteStore, args: &AddArgs) -> anyhow::Result<OperatorId> {
    if let Some(by) = &args.by {
        return administrator(place, store, by);
    }
    let first = store.operators()?.is_empty();
    ensure!(
        first && args.role == Role::Administrator,
        "管理者の承認が要ります。--by で管理者を指定してください（最初の一人は管理者です） / \
         an administrator has to vouch: name one with --by (the first account is an administrator's)"
    );
    Ok(place.operator.clone())
}

fn set_pin(args: &ChangeArgs) -> anyhow::Result<()> {
    change(args, |operator| {
        operator.set_pin(new_pin(&operator.id)?);
        Ok(())
    })
}

fn disable(args: &ChangeArgs) -> anyhow::Result<()> {
    ensure!(
        args.id != args.by,
        "自分自身は停止できません。別の管理者に頼んでください / nobody closes their own account: ask another administrator"
    );
    change(args, |operator| {
        operator.enabled = false;
        Ok(())
    })
}

fn enable(args: &ChangeArgs) -> anyhow::Result<()> {
    change(args, |operator| {
        operator.enabled = true;
        Ok(())
    })
}

fn change(
    args: &ChangeArgs,
    change: impl FnOnce(&mut Operator) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let place = args.data.existing_place()?;
    let mut store = place.store()?;
    let by = administrator(&place, &mut store, &args.by)?;
    let mut operator = known(&mut store, &args.id)?;
    change(&mut operator)?;
    store.keep_operator(
        &operator,
        Act::AccountChanged,
        &Witnessed::new(by, place.now()),
    )?;
    println!("{} を変更しました / {} was changed", args.id, args.id);
    Ok(())
}

fn list(args: &ListArgs) -> anyhow::Result<()> {
    let place = args.data.existing_place()?;
    for operator in place.store()?.operators()? {
        let state = if operator.enabled {
            Bilingual::new("利用中", "enabled")
        } else {
            Bilingual::new("停止中", "disabled")
        };
        println!(
            "{}\t{}\t{}\t{state}",
            operator.id,
            operator.name,
            operator.role.describe()
        );
    }
    Ok(())
}

/// An administrator who gave PIN and code. What came of the tries is kept before it is told.
fn administrator(
    place: &Place,
    store: &mut SqliteStore,
    id: &OperatorId,
) -> anyhow::Result<OperatorId> {
    let mut operator = known(store, id)?;
    let pin = Pin::typed(&ask(&Bilingual::new(
        "管理者の PIN",
        "the administrator's PIN",
    ))?)?;
    let witnessed = Witnessed::new(id.clone(), place.now());
    let signed_in = operator.try_pin(&pin, &place.now());
    if signed_in.is_err() {
        store.keep_operator(&operator, Act::SignInFailed, &witnessed)?;
    }
    let signed_in = signed_in?;
    let code = ask(&Bilingual::new(
        "認証アプリのコード",
        "the authenticator's code",
    ))?;
    let act = accounts::Act::ManageOperators;
    let allowed = authorise(act, &mut operator, &signed_in, Some(&code), &place.now());
    let seen = if allowed.is_ok() {
        Act::SignedIn
    } else {
        Act::SignInFailed
    };
    store.keep_operator(&operator, seen, &witnessed)?;
    Ok(allowed?.operator().clone())
}

fn known(store: &mut SqliteStore, id: &OperatorId) -> anyhow::Result<Operator> {
    store.operator(id)?.ok_or_else(|| {
        anyhow!("{id} は登録されていません。一覧で確かめてください / {id} has no account: look at the list")
    })
}

fn new_pin(id: &OperatorId) -> anyhow::Result<PinHash> {
    let typed = ask(&Bilingual::new("新しい PIN", "the new PIN"))?;
    let pin = Pin::chosen(&typed, id)?;
    // Unseen, so typed twice; a script says it once.
    if io::stdin().is_terminal() {
        let again = ask(&Bilingual::new("もう一度", "once more"))?;
        ensure!(
            again == typed,
            "二つの PIN が違います。やり直してください / the two PINs differ: try again"
        );
    }
    Ok(PinHash::new(&pin, PinHash::DEFAULT_COST)?)
}

/// An authenticator that was set up and has proved it with a code. Its secret is shown this once.
fn new_authenticator(place: &Place, id: &OperatorId) -> anyhow::Result<Totp> {
    let (mut totp, provisioning) = Totp::new(id, place.directory.station())?;
    println!("{}", *provisioning.into_uri());
    eprintln!(
        "この行を認証アプリに登録してください。二度と表示しません。\n\
         Set up an authenticator with this line. It is never shown again."
    );
    let code = ask(&Bilingual::new(
        "認証アプリのコード",
        "the authenticator's code",
    ))?;
    totp.check(&code, &place.now())?;
    Ok(totp)
}

fn ask(what: &Bilingual) -> anyhow::Result<Zeroizing<String>> {
    if io::stdin().is_terminal() {
        return Ok(Zeroizing::new(rpassword::prompt_password(format!(
            "{what}: "
        ))?));
    }
    let mut line = Zeroizing::new(String::new());
    ensure!(
        io::stdin().lock().read_line(&mut line)? > 0,
        "標準入力に「{}」がありません。1行に1つずつ入れてください / standard input lacks {}: one a line",
        what.in_language(Language::Japanese),
        what.in_language(Language::English)
    );
    Ok(Zeroizing::new(line.trim().to_owned()))
}
