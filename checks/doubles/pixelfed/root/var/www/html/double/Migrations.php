<?php

namespace Double;

use RuntimeException;

/** The schema, in steps. A step belongs to the versions from `since` on. */
final class Migrations
{
    private const STEPS = [
        ['name' => '2014_10_12_000000_create_users_table', 'since' => '0.1.0', 'sql' => <<<'SQL'
            create table users (id bigserial primary key, profile_id bigint, name text not null, username varchar(255) not null unique,
                email varchar(255) not null unique, password varchar(255) not null, is_admin boolean not null default false,
                email_verified_at timestamp, remember_token varchar(100), created_at timestamp default now(), updated_at timestamp default now());
            create table profiles (id bigserial primary key, user_id bigint unique references users (id), domain varchar(255),
                username varchar(255) not null, name text, bio text, private_key text, public_key text, created_at timestamp default now());
            create table sessions (id varchar(255) primary key, user_id bigint, ip_address varchar(45), user_agent text, payload text not null,
                last_activity integer not null);
            create table password_resets (id bigserial primary key, email varchar(255) not null, token varchar(255) not null, created_at timestamp default now());
            create table double_facts (id varchar(64) primary key, value text not null)
            SQL],
        // NOT NULL as upstream #5217 has it on PostgreSQL: a post without a caption fails until a deployer relaxes the columns.
        ['name' => '2018_04_16_005848_create_statuses_table', 'since' => '0.1.0', 'sql' => <<<'SQL'
            create table statuses (id bigserial primary key, profile_id bigint not null references profiles (id), uri varchar(255),
                caption text not null, rendered text not null, visibility varchar(32) not null default 'public', created_at timestamp default now());
            create table media (id bigserial primary key, status_id bigint references statuses (id), profile_id bigint not null references profiles (id),
                user_id bigint not null, media_path text not null, mime varchar(255) not null, size bigint not null, caption text not null,
                cdn_url text, replicated_at timestamp, version integer not null default 1, created_at timestamp default now())
            SQL],
        ['name' => '2018_12_22_055940_create_instance_tables', 'since' => '0.1.0', 'sql' => <<<'SQL'
            create table failed_jobs (id bigserial primary key, queue text not null, payload text not null, exception text not null, failed_at timestamp default now());
            create table config_cache (id bigserial primary key, k varchar(255) not null unique, v text, created_at timestamp default now());
            create table instance_actors (id bigserial primary key, private_key text not null, public_key text not null);
            create table oauth_clients (id bigserial primary key, user_id bigint, name varchar(255) not null, secret varchar(100), redirect text not null,
                provider varchar(255), personal_access_client boolean not null default false, password_client boolean not null default false);
            create table oauth_auth_codes (id varchar(100) primary key, user_id bigint not null, client_id bigint not null, redirect text not null,
                scopes text, used boolean not null default false, expires_at timestamp not null);
            create table oauth_access_tokens (id varchar(100) primary key, user_id bigint, client_id bigint not null, scopes text,
                revoked boolean not null default false, expires_at timestamp not null);
            create table cities (id bigserial primary key, name varchar(255) not null)
            SQL],
        ['name' => '2026_05_02_000001_add_alt_text_to_media_table', 'since' => '0.14.0', 'sql' => <<<'SQL'
            alter table media add column alt_text text
            SQL],
        // Changing a column takes the relaxed NOT NULL back: the three ALTERs are needed after every upgrade.
        ['name' => '2026_10_11_000001_add_edited_at_to_statuses_table', 'since' => '0.15.0', 'sql' => <<<'SQL'
            alter table statuses add column edited_at timestamp;
            update statuses set caption = '' where caption is null;
            update statuses set rendered = '' where rendered is null;
            update media set caption = '' where caption is null;
            alter table statuses alter column caption set not null, alter column rendered set not null;
            alter table media alter column caption set not null
            SQL],
    ];

    /** @return array<string, string> name => SQL of what this version has. */
    private static function known(): array
    {
        $steps = array_filter(self::STEPS, fn (array $step) => version_compare(Application::version(), $step['since'], '>='));
        return array_column($steps, 'sql', 'name');
    }

    /** @return list<string> */
    private static function applied(): array
    {
        return Database::hasTable('migrations')
            ? array_column(Database::select('select migration from migrations order by id'), 'migration')
            : [];
    }

    /** @return list<string> */
    public static function pending(): array
    {
        return array_values(array_diff(array_keys(self::known()), self::applied()));
    }

    /** @return list<string> Lines to print. */
    public static function apply(): array
    {
        Database::run('create table if not exists migrations (id serial primary key, migration varchar(255) not null, batch integer not null)');
        $pending = self::pending();
        $batch = 1 + (int) Database::value('select max(batch) from migrations');
        foreach ($pending as $name) {
            Database::transaction(function () use ($name, $batch): void {
                Database::connection()->exec(self::known()[$name]);
                Database::insert('migrations', ['migration' => $name, 'batch' => $batch]);
            });
        }
        return $pending === []
            ? ['   INFO  Nothing to migrate.']
            : ['   INFO  Running migrations.', ...array_map(fn (string $name) => "  $name ... DONE", $pending)];
    }

    /** Wanted by web, horizon and the scheduler. */
    public static function demandCurrent(): void
    {
        $pending = self::pending();
        if ($pending !== []) {
            throw new RuntimeException('migrations: not applied: ' . implode(', ', $pending) . '; run php artisan migrate --force first');
        }
        $newer = array_diff(self::applied(), array_keys(self::known()));
        if ($newer !== []) {
            throw new RuntimeException('migrations: the schema is newer than version ' . Application::version() . ': ' . implode(', ', $newer));
        }
    }
}
