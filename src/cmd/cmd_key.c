/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "cmd/signing_key.h"
#include "codec/json_writer.h"
#include "trust/cosign_key.h"

static struct {
	const char *type, *output, *format, *new_passphrase_file;
	bool force, same_key;
	PASSPHRASE_OPTION_MEMBERS;
} opt = {.type = "ecdsa-p256", .format = "cosign"};

static const struct kind {
	const char *name;
	enum key_type type;
	unsigned rsa_bits;
} kinds[] = {
	{"ecdsa-p256", KEY_EC_P256, 0}, {"ecdsa-p384", KEY_EC_P384, 0},
	{"ecdsa-p521", KEY_EC_P521, 0}, {"ed25519", KEY_ED25519, 0},
	{"rsa-3072", KEY_RSA, 3072},	{"rsa-4096", KEY_RSA, 4096},
};

#define PATH_BYTES 4096

/* ---- files ---- */

static int split(const char *path, int *ret_dir_fd, char name[PATH_BYTES], struct err *err)
{
	CLEANUP(freep) char *for_dir = str_dup(str_of(path));
	CLEANUP(freep) char *for_name = str_dup(str_of(path));
	const char *dir, *base;

	if (!for_dir || !for_name)
		return err_nomem(err);
	dir = dirname(for_dir);
	base = basename(for_name);
	(void)snprintf(name, PATH_BYTES, "%s", base);
	*ret_dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *ret_dir_fd < 0 ? err_errno(err, errno, "%s", dir) : 0;
}

static int create_new(int dir_fd, const char *name, struct str bytes, mode_t mode, struct err *err)
{
	CLEANUP(fd_closep)
	int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	int r;

	if (fd < 0 && errno == EEXIST)
		return err_set(err, ERR_USAGE, "%s is there already; --force replaces it", name);
	if (fd < 0)
		return err_errno(err, errno, "%s", name);
	r = fd_write_all(fd, bytes, err);
	if (r == 0 && fsync(fd) < 0)
		r = err_errno(err, errno, "%s", name);
	if (r < 0)
		(void)unlinkat(dir_fd, name, 0); /* half of a key is none */
	return r;
}

static int write_file(const char *path, struct str bytes, bool secret, struct err *err)
{
	CLEANUP(fd_closep) int dir_fd = -1;
	char name[PATH_BYTES];
	int r = split(path, &dir_fd, name, err);

	if (r < 0)
		return r;
	if (!opt.force)
		return create_new(dir_fd, name, bytes, secret ? 0600 : 0644, err);
	return secret ? file_write_durable(dir_fd, name, bytes, err)
		      : file_write_shared(dir_fd, name, bytes, err);
}

static bool is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static int want_free(const char *path, struct err *err)
{
	if (!opt.force && is_there(path))
		return err_set(err, ERR_USAGE, "%s is there already; --force replaces it", path);
	return 0;
}

/* ---- telling ---- */

static void add_digest(const struct public_key *key, struct strbuf *out)
{
	struct digest_value digest;
	char text[DIGEST_TEXT_MAX];

	if (public_key_digest(key, &digest, NULL) == 0)
		strbuf_add(out, digest_format(&digest, text));
}

static void tell(const struct public_key *key, const char *keeper, struct strbuf *out)
{
	strbuf_addf(out, "type         %s\n", public_key_name(key));
	strbuf_addf(out, "signs by     %s\n", signature_scheme_name(public_key_scheme(key)));
	if (keeper)
		strbuf_addf(out, "kept in      %s\n", keeper);
	strbuf_adds(out, "fingerprint  ");
	add_digest(key, out);
	strbuf_addc(out, '\n');
}

static void tell_json(const struct public_key *key, const char *keeper, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf digest = STRBUF_INIT(DIGEST_TEXT_MAX);
	struct json_writer w;

	add_digest(key, &digest);
	json_writer_init(&w, out, JSON_INDENT);
	json_open_map(&w);
	json_put_text(&w, "type", public_key_name(key));
	json_put_uint(&w, "bits", public_key_bits(key));
	json_put_text(&w, "scheme", signature_scheme_name(public_key_scheme(key)));
	json_put_str(&w, "fingerprint", strbuf_str(&digest));
	json_put_bool(&w, "signs", keeper != NULL);
	json_put_opt(&w, "keeper", str_of(keeper));
	json_close_map(&w);
	strbuf_addc(out, '\n');
}

/* ---- making files of a key ---- */

static int format_key(const struct secret_key *key, const struct secret *passphrase,
		      struct strbuf *out, struct err *err)
{
	if (strcmp(opt.format, "pkcs8") == 0)
		return secret_key_format(key, passphrase, out, err);
	return cosign_key_format(key, passphrase, out, err);
}

static int write_pair(const struct secret_key *key, const struct secret *passphrase,
		      const char *secret_path, const char *public_path, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf box = STRBUF_INIT(SECRET_KEY_BYTES_MAX);
	CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(PUBLIC_KEY_BYTES_MAX);
	int r = format_key(key, passphrase, &box, err);

	if (r == 0)
		r = public_key_format(secret_key_public(key), &pem, err);
	if (r == 0)
		r = write_file(secret_path, strbuf_str(&box), true, err);
	if (r == 0)
		r = write_file(public_path, strbuf_str(&pem), false, err);
	return r;
}

static int print_pair(const struct secret_key *key, const char *secret_path,
		      const char *public_path)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_OUTPUT_BYTES);

	strbuf_addf(&out, "signing key  %s (encrypted)\npublic key   %s\n", secret_path,
		    public_path);
	tell(secret_key_public(key), NULL, &out);
	return command_print(strbuf_str(&out));
}

/* The names of both halves: PREFIX.key and PREFIX.pub. */
struct pair {
	char secret_path[PATH_BYTES], public_path[PATH_BYTES];
};

static int name_pair(const char *prefix, struct pair *ret, struct err *err)
{
	struct str p = str_of(prefix);

	if (str_has_suffix(p, STR(".key")))
		p.n -= 4;
	if (p.n + 5 > PATH_BYTES)
		return err_set(err, ERR_USAGE, "a name of %zu bytes", p.n);
	(void)snprintf(ret->secret_path, PATH_BYTES, "%.*s.key", STR_FMT(p));
	(void)snprintf(ret->public_path, PATH_BYTES, "%.*s.pub", STR_FMT(p));
	return 0;
}

static int new_passphrase(const char *name, struct secret *ret, struct err *err)
{
	struct passphrase_source how = PASSPHRASE_GIVEN(opt, name);

	how.is_new = true;
	if (opt.new_passphrase_file)
		how = (struct passphrase_source){.file = opt.new_passphrase_file, .name = name};
	return passphrase_ask(&how, "new passphrase", ret, err);
}

static int find_kind(const char *name, struct kind *ret, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0) {
			*ret = kinds[i];
			return 0;
		}
	return err_set(err, ERR_USAGE,
		       "--type %s: say ecdsa-p256, ecdsa-p384, ecdsa-p521, ed25519, rsa-3072 or "
		       "rsa-4096",
		       name);
}

static int store_new(const struct secret_key *key, const char *prefix, struct err *err)
{
	CLEANUP(secret_done) struct secret passphrase = {0};
	struct pair pair;
	int r = name_pair(prefix, &pair, err);

	if (r == 0)
		r = want_free(pair.secret_path, err);
	if (r == 0)
		r = want_free(pair.public_path, err);
	if (r == 0)
		r = new_passphrase(pair.secret_path, &passphrase, err);
	if (r == 0)
		r = write_pair(key, &passphrase, pair.secret_path, pair.public_path, err);
	return r < 0 ? r : print_pair(key, pair.secret_path, pair.public_path);
}

/* ---- the verbs: an exit status, or a negative code ---- */

static int generate(const char *unused, struct err *err)
{
	CLEANUP(secret_key_freep) struct secret_key *key = NULL;
	struct kind kind = {0};
	int r = find_kind(opt.type, &kind, err);

	(void)unused;
	if (r == 0)
		r = secret_key_generate(kind.type, kind.rsa_bits, &key, err);
	return r < 0 ? r : store_new(key, opt.output ? opt.output : "cosign", err);
}

static int open_named(const char *name, struct secret_key **ret, struct err *err)
{
	struct passphrase_source how = PASSPHRASE_GIVEN(opt, name);

	return signing_key_open(name, &how, ret, err);
}

static int import(const char *name, struct err *err)
{
	CLEANUP(secret_key_freep) struct secret_key *key = NULL;
	int r = open_named(name, &key, err);

	return r < 0 ? r : store_new(key, opt.output ? opt.output : "import-cosign", err);
}

static int show_public(const char *name, struct err *err)
{
	CLEANUP(secret_key_freep) struct secret_key *key = NULL;
	CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(PUBLIC_KEY_BYTES_MAX);
	int r = open_named(name, &key, err);

	if (r == 0)
		r = public_key_format(secret_key_public(key), &pem, err);
	if (r < 0)
		return r;
	return opt.output ? write_file(opt.output, strbuf_str(&pem), false, err)
			  : command_print(strbuf_str(&pem));
}

static int print_told(const struct public_key *key, const char *keeper, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_OUTPUT_BYTES);

	if (strcmp(opt.format, "json") == 0)
		tell_json(key, keeper, &out);
	else
		tell(key, keeper, &out);
	return strbuf_check(&out, err) < 0 ? -ERR_NOMEM : command_print(strbuf_str(&out));
}

static int show(const char *name, struct err *err)
{
	CLEANUP(secret_key_freep) struct secret_key *key = NULL;
	CLEANUP(public_key_freep) struct public_key *public_half = NULL;
	int r;

	/* A public key needs no passphrase. */
	if (public_key_open(name, &public_half, NULL) == 0)
		return print_told(public_half, NULL, err);
	r = open_named(name, &key, err);
	if (r < 0)
		return r;
	return print_told(secret_key_public(key), secret_key_keeper(key), err);
}

static struct kind kind_of(const struct public_key *key)
{
	struct kind kind = {"", public_key_type(key), 0};

	if (kind.type == KEY_RSA)
		kind.rsa_bits = public_key_bits(key) < 3072 ? 3072 : public_key_bits(key);
	return kind;
}

/* The old halves stay beside the new: old signatures are still to be verified. */
static int set_aside(const struct secret_key *old, const struct pair *pair, struct pair *ret,
		     struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf digest = STRBUF_INIT(DIGEST_TEXT_MAX);
	CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(PUBLIC_KEY_BYTES_MAX);
	struct str prefix = str_of(pair->secret_path), hex;
	int r = public_key_format(secret_key_public(old), &pem, err), n;

	if (r < 0)
		return r;
	add_digest(secret_key_public(old), &digest);
	hex = str_sub(strbuf_str(&digest), 7, 8); /* behind "sha256:" */
	prefix.n -= 4;				  /* ".key" */
	n = snprintf(ret->secret_path, PATH_BYTES, "%.*s-%.*s.key", STR_FMT(prefix), STR_FMT(hex));
	if (n >= PATH_BYTES)
		return err_set(err, ERR_USAGE, "a name of %d bytes", n);
	(void)snprintf(ret->public_path, PATH_BYTES, "%.*s-%.*s.pub", STR_FMT(prefix),
		       STR_FMT(hex));
	r = want_free(ret->secret_path, err);
	if (r == 0)
		r = write_file(ret->public_path, strbuf_str(&pem), false, err);
	if (r == 0 && rename(pair->secret_path, ret->secret_path) < 0)
		r = err_errno(err, errno, "%s", pair->secret_path);
	return r;
}

static int rotate_passphrase(const struct secret_key *key, const struct pair *pair, struct err *err)
{
	CLEANUP(secret_done) struct secret passphrase = {0};
	int r = new_passphrase(pair->secret_path, &passphrase, err);

	opt.force = true; /* the same key, in place */
	if (r == 0)
		r = write_pair(key, &passphrase, pair->secret_path, pair->public_path, err);
	return r < 0 ? r : print_pair(key, pair->secret_path, pair->public_path);
}

static int rotate_key(const struct secret_key *old, const struct pair *pair, struct err *err)
{
	CLEANUP(secret_key_freep) struct secret_key *key = NULL;
	CLEANUP(secret_done) struct secret passphrase = {0};
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	struct kind kind = kind_of(secret_key_public(old));
	struct pair aside;
	int r = secret_key_generate(kind.type, kind.rsa_bits, &key, err);

	if (r == 0)
		r = new_passphrase(pair->secret_path, &passphrase, err);
	if (r == 0)
		r = set_aside(old, pair, &aside, err);
	if (r < 0)
		return r;
	opt.force = true; /* the public half of the old one has a copy */
	r = write_pair(key, &passphrase, pair->secret_path, pair->public_path, err);
	if (r < 0)
		return r;
	strbuf_addf(&out,
		    "old key      %s, %s\n"
		    "             verify by both public keys until all is signed by the new one\n",
		    aside.secret_path, aside.public_path);
	r = print_pair(key, pair->secret_path, pair->public_path);
	return r != EXIT_DONE ? r : command_print(strbuf_str(&out));
}

static int rotate(const char *name, struct err *err)
{
	CLEANUP(secret_key_freep) struct secret_key *old = NULL;
	struct pair pair;
	int r;

	if (!str_has_suffix(str_of(name), STR(".key")))
		return err_set(err, ERR_USAGE, "%s: rotate takes a file NAME.key", name);
	r = name_pair(name, &pair, err);
	if (r == 0)
		r = open_named(name, &old, err);
	if (r < 0)
		return r;
	return opt.same_key ? rotate_passphrase(old, &pair, err) : rotate_key(old, &pair, err);
}

static const struct verb {
	const char *name;
	int n_words; /* behind it */
	int (*run)(const char *name, struct err *err);
} verbs[] = {
	{"generate", 0, generate}, {"import", 1, import}, {"public", 1, show_public},
	{"rotate", 1, rotate},	   {"show", 1, show},
};

static int check_options(struct err *err)
{
	if (strcmp(opt.format, "cosign") != 0 && strcmp(opt.format, "pkcs8") != 0 &&
	    strcmp(opt.format, "json") != 0)
		return err_set(err, ERR_USAGE, "--format %s: say cosign or pkcs8, or json for show",
			       opt.format);
	return 0;
}

static int run_verb(int argc, const char *const *argv, struct err *err)
{
	int r = check_options(err);

	if (r < 0)
		return r;
	if (argc == 0)
		return err_set(err, ERR_USAGE, "key: say generate, import, public, rotate or show");
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(argv[0], verbs[i].name) == 0 && argc - 1 == verbs[i].n_words)
			return verbs[i].run(argc > 1 ? argv[1] : NULL, err);
	return err_set(err, ERR_USAGE, "key %s: takes other words; see plimsoll key --help",
		       argv[0]);
}

static int run(int argc, const char *const *argv)
{
	struct err err = {0};
	int r = run_verb(argc, argv, &err);

	return r < 0 ? command_error(&err) : r;
}

static const struct option_spec options[] = {
	OPTION_WORDS("type", 't', &opt.type, "TYPE",
		     "of a new key: ecdsa-p256 (which it is), ecdsa-p384, ecdsa-p521, ed25519, "
		     "rsa-3072, rsa-4096",
		     "ecdsa-p256 ecdsa-p384 ecdsa-p521 ed25519 rsa-3072 rsa-4096"),
	OPTION_STR("output", 'o', &opt.output, "NAME",
		   "write NAME.key and NAME.pub (cosign); of public: that file"),
	OPTION_WORDS("format", 'f', &opt.format, "FORMAT",
		     "of the signing key: cosign, or pkcs8 for other tools; of show: json",
		     "cosign pkcs8 json"),
	OPTION_FLAG("force", 0, &opt.force, "replace files that are there"),
	OPTION_FLAG("passphrase-only", 0, &opt.same_key,
		    "rotate: keep the key and change its passphrase"),
	PASSPHRASE_OPTIONS(opt),
	OPTION_STR("new-passphrase-file", 0, &opt.new_passphrase_file, "FILE",
		   "the passphrase of what is written, if it is another than of what is read"),
	OPTION_END,
};

const struct command command_key = {
	.name = "key",
	.arguments = "generate|import KEY|public KEY|rotate FILE|show KEY",
	.group = COMMAND_IMAGE,
	.summary = "make and keep the keys that sign images",
	.details =
		"generate makes a key, encrypted by a passphrase, and its public half. import "
		"encrypts a key that is there already: PEM as openssl writes it, or a file of "
		"cosign's. Both write files that cosign reads too.\n"
		"public prints the public half of a KEY, show what kind of key it is. rotate makes "
		"a "
		"new key of the same kind in the place of the old one, which stays beside it under "
		"another name; --passphrase-only keeps the key.\n"
		"KEY is a file, pkcs11:URI (RFC 7512), tpm:0xHANDLE or tpm:FILE. Keys of tokens "
		"and "
		"TPMs are made with the tools of these.\n"
		"The passphrase is asked for on the terminal, unless it comes from a file or "
		"descriptor. It is never taken from the command line.\n"
		" plimsoll key generate -o release\n"
		" plimsoll key public 'pkcs11:token=release;object=image-key?pin-source=/run/pin'",
	.options = options,
	.run = run,
};
