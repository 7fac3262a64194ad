/** 40 users, 12 sessions of 20 messages each, 13 categories in a tree of three levels. */
export const corpusTables = `
  create table users (id int primary key, name text, manager_id int);
  create table sessions (id int primary key, user_id int, status text);
  create table messages (id int primary key, session_id int, author_id int, body text);
  create table categories (id int primary key, parent_id int);
  create table tags (name text primary key, uses int not null default 0);
  create table jobs (id int primary key, status text);
  insert into users select n, 'user ' || n, n - 1 from generate_series(1, 40) n;
  insert into sessions select n, n, 'open' from generate_series(1, 12) n;
  insert into messages select n, (n - 1) % 12 + 1, n % 40 + 1, 'text' from generate_series(1, 240) n;
  insert into categories select n, case when n = 1 then null else (n + 1) / 3 end from generate_series(1, 13) n;
  insert into jobs select n, 'waiting' from generate_series(1, 40) n;
`
