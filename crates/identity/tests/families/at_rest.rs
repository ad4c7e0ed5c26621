//! C-19: what is kept of a token is its hash. The whole database is searched for the secrets that were handed out.

use sqlx::{AssertSqlSafe, Connection as _, Row as _};

use crate::harness::World;

const CLI: &str = "demo-cli";
/// Where the 43 characters of the secret stand in a token: behind prefix, id and generation.
const SECRET: std::ops::Range<usize> = 36..79;

#[tokio::test(flavor = "multi_thread")]
async fn c19_no_secret_that_was_handed_out_stands_in_the_database() {
    let world = World::new().await;
    let code = world.code(CLI).await;
    let first: crate::harness::Pair = world.redeem(CLI, &code).await.unwrap().into();
    let second = world.refresh(CLI, &first.refresh).await.unwrap();
    assert!(world.works(&second.access).await);
    let kept = everything(world.database.url()).await;
    assert!(contains(&kept, &first.refresh[7..29]), "the search finds what is kept: the family's id");
    for token in [&code, &first.access, &first.refresh, &second.access, &second.refresh] {
        assert!(!contains(&kept, &token[SECRET]), "{}…", &token[..29]);
        assert!(!contains(&kept, token), "{}…", &token[..29]);
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// All that a copy of the database would hold: the files of SQLite, every row of PostgreSQL.
async fn everything(url: &str) -> Vec<u8> {
    let Some(path) = url.strip_prefix("sqlite:") else { return every_row(url).await };
    let files = ["", "-wal"].map(|suffix| std::fs::read(format!("{path}{suffix}")).unwrap_or_default());
    files.concat()
}

async fn every_row(url: &str) -> Vec<u8> {
    let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
    let tables = "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = current_schema()";
    let mut all = String::new();
    for table in sqlx::raw_sql(tables).fetch_all(&mut connection).await.unwrap() {
        let rows = format!(
            "SELECT coalesce(string_agg(t::text, ' '), '') AS rows FROM \"{}\" t",
            table.get::<String, _>("name")
        );
        let row = sqlx::raw_sql(AssertSqlSafe(rows)).fetch_one(&mut connection).await.unwrap();
        all.push_str(&row.get::<String, _>("rows"));
    }
    all.into_bytes()
}
