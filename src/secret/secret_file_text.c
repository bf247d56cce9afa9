/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of lines:
 *
 *     .pgpass            db.example.com:5432:shop:app:PASSWORD        \: and \\ in a field
 *     .netrc             machine example.com login me password PASSWORD
 *     .my.cnf, .pypirc   [client]  password = PASSWORD
 *     shadow, .htpasswd  app:$6$salt$hash:19000:...
 *     master.key         32 hexadecimal digits, .vault-token: one token
 */
#include "secret/secret_file_parts.h"
#include "secret/secret_value.h"

/* ---- .pgpass ---- */

/* The first ':' that no backslash takes its meaning; line.n without one. */
static size_t field_end(struct str line)
{
	size_t i = 0;

	for (; i < line.n && line.p[i] != ':'; i++)
		if (line.p[i] == '\\')
			i++;
	return i < line.n ? i : line.n;
}

/* Format: https://www.postgresql.org/docs/current/libpq-pgpass.html */
void secret_look_pgpass(struct secret_look *look)
{
	struct str text = look->bytes, line;

	while (str_pull_line(&text, &line)) {
		unsigned fields = 0;

		while (line.n > 0 && line.p[0] != '#' && fields < 4 && field_end(line) < line.n) {
			line = str_skip(line, field_end(line) + 1);
			fields++;
		}
		if (fields == 4)
			secret_look_add_text(look, SECRET_FILE_PGPASS_PASSWORD, line, SURE_BY_FORM);
	}
}

/* ---- .netrc ---- */

/* Format: netrc(5): words; a macro goes on to the next empty line and is skipped word by word. */
void secret_look_netrc(struct secret_look *look)
{
	struct str text = look->bytes, word;
	bool is_entry = false;

	while (str_pull_word(&text, &word)) {
		is_entry |= str_is(word, "machine") || str_is(word, "default");
		if (is_entry && str_is(word, "password") && str_pull_word(&text, &word))
			secret_look_add_text(look, SECRET_FILE_NETRC_PASSWORD, word, SURE_BY_FORM);
	}
}

/* ---- [section] key = value ---- */

static struct str unquoted(struct str value)
{
	if (value.n >= 2 && (value.p[0] == '"' || value.p[0] == '\'') &&
	    value.p[value.n - 1] == value.p[0])
		return str_sub(value, 1, value.n - 2);
	return value;
}

void secret_look_ini(struct secret_look *look)
{
	bool is_mysql = str_has_suffix(look->path, STR(".cnf"));
	struct str text = look->bytes, line, key, value;

	while (str_pull_line(&text, &line)) {
		if (!str_cut(line, '=', &key, &value) && !str_cut(line, ':', &key, &value))
			continue;
		if (str_eq_nocase(str_trim(key), STR("password")))
			secret_look_add_text(look,
					     is_mysql ? SECRET_FILE_MYSQL_PASSWORD
						      : SECRET_FILE_PYPIRC_PASSWORD,
					     unquoted(str_trim(value)), SURE_BY_FORM);
	}
}

/* ---- hashes ---- */

/* crypt(5), and {SHA} of htpasswd; not "x", "*", "!" and what else is no password at all. */
static bool is_hash(struct str s)
{
	while (s.n > 0 && s.p[0] == '!') /* a locked account keeps its hash */
		s = str_skip(s, 1);
	if (str_has_prefix(s, STR("{SHA}")) || str_has_prefix(s, STR("{SSHA}")))
		return s.n >= 32;
	if (s.n == 0 || s.p[0] != '$')
		return s.n == 13 && secret_entropy(s) >= 2.5; /* DES */
	return s.n >= 20 && secret_entropy(s) >= 3;
}

/* Format: shadow(5); https://httpd.apache.org/docs/2.4/misc/password_encryptions.html */
void secret_look_hashes(struct secret_look *look)
{
	struct str text = look->bytes, line, user, rest, hash;

	while (str_pull_line(&text, &line)) {
		if (!str_cut(line, ':', &user, &rest) || user.n == 0 || user.p[0] == '#')
			continue;
		if (!str_pull_until(&rest, ':', &hash) || !is_hash(hash))
			continue;
		secret_look_add(look, SECRET_FILE_PASSWORD_HASH, hash, SURE_BY_FORM);
	}
}

/* ---- one value, alone ---- */

static bool is_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (char_hex(s.p[i]) < 0)
			return false;
	return true;
}

#define VAULT_TOKEN_MIN	  20
#define VAULT_TOKEN_MAX	  512
#define RAILS_KEY_DIGITS  32
#define RAILS_KEY_DIGITS_ 64 /* aes-256-gcm */

/* Only one word is in the file. */
void secret_look_single(struct secret_look *look)
{
	struct str text = look->bytes, value = STR_NULL, more;
	bool is_vault = str_has_suffix(look->path, STR(".vault-token"));

	if (!str_pull_word(&text, &value) || str_pull_word(&text, &more))
		return;
	if (is_vault && value.n >= VAULT_TOKEN_MIN && value.n <= VAULT_TOKEN_MAX)
		secret_look_add_text(look, SECRET_FILE_VAULT_TOKEN, value, SURE_BY_NAME);
	if (!is_vault && (value.n == RAILS_KEY_DIGITS || value.n == RAILS_KEY_DIGITS_) &&
	    is_hex(value))
		secret_look_add_text(look, SECRET_FILE_RAILS_MASTER_KEY, value, SURE_BY_FORM);
}

#define JENKINS_MASTER_DIGITS 256
#define JENKINS_SECRET_MIN    100
#define JENKINS_SECRET_MAX    4096

/* master.key is hexadecimal text; hudson.util.Secret is encrypted with it, and binary. */
void secret_look_jenkins(struct secret_look *look)
{
	struct str value = str_trim(look->bytes);

	if (value.n == JENKINS_MASTER_DIGITS && is_hex(value))
		secret_look_add_text(look, SECRET_FILE_JENKINS_KEY, value, SURE_BY_FORM);
	else if (str_has_suffix(look->path, STR("Secret")) && look->bytes.n >= JENKINS_SECRET_MIN &&
		 look->bytes.n <= JENKINS_SECRET_MAX && !str_is_utf8(look->bytes))
		secret_look_add(look, SECRET_FILE_JENKINS_KEY, look->bytes, SURE_BY_NAME);
}
