/* SPDX-License-Identifier: Apache-2.0 */
/* What whole files say: by name and by content, in the clear and encrypted. */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "base/shipped.h"
#include "secret/secret_file.h"
#include "secret/secret_key.h"
#include "secret/secret_manifest.h"

static struct secret_set *shipped(void)
{
	struct secret_set *set = NULL;
	struct err err = {0};

	assert_int_equal(secret_set_new(&set, &err), 0);
	for (const struct shipped_file *f = shipped_files; f->name; f++)
		if (str_has_prefix(str_of(f->name), STR("secrets/")))
			assert_int_equal(secret_set_add_pack(set, str_make(f->bytes, f->n),
							     str_of(f->name), &err),
					 0);
	assert_int_equal(secret_set_compile(set, &err), 0);
	return set;
}

#define BYTES(literal) literal, sizeof(literal) - 1

#define JKS_HEAD       "\xfe\xed\xfe\xed\0\0\0\2\0\0\0\1"
#define JKS_NAME       "\0\1a\0\0\0\0\0\0\0\0"
#define HASH	       "$6$abcdefgh12$kD9fLqWm3ZtXc7VbN1QwErTyUiOp5AsDfGhJkL8"

/* rules: what is told, by rule; "": nothing. */
static const struct {
	const char *path, *bytes;
	size_t n;
	const char *rules;
} files[] = {
	{"root/.pgpass", BYTES("# c\ndb:5432:*:app:s3Cr\\:et9\n"), "pgpass-password"},
	{"root/.pgpass", BYTES("db:5432:*:app\n#a:b:c:d:e1234567\n"), ""},
	{"root/.netrc", BYTES("machine a login b\n password c0rrect7\n"), "netrc-file"},
	{"root/.netrc", BYTES("machine a login b\nmacdef x\nget password\n"), ""},
	{"root/.my.cnf", BYTES("[client]\npassword = 'k9Lm2xQz'\n"), "mysql-password"},
	{"root/.my.cnf", BYTES("[client]\nuser = a\npassword = ${PASSWORD}\n"), ""},
	{"root/.pypirc", BYTES("[pypi]\nusername: a\npassword: k9Lm2xQz\n"), "pypirc-password"},
	{"etc/shadow", BYTES("root:" HASH ":19000:0:::::\n"), "password-hash"},
	{"etc/shadow", BYTES("root:*:19000:\nmail:!:1:\nx:x:1:\n"), ""},
	{"etc/shadow", BYTES("root:!" HASH ":19000:0:::::\n"), "password-hash"},
	{"srv/.htpasswd", BYTES("a:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n"), "password-hash"},
	{"app/config/master.key", BYTES("7f3b9c2d8e4a1f6b5c0d9e8f7a6b5c4d\n"), "rails-master-key"},
	{"app/config/master.key", BYTES("not a key\n"), ""},
	{"app/other/master.key", BYTES("7f3b9c2d8e4a1f6b5c0d9e8f7a6b5c4d\n"), ""},
	{"root/.vault-token", BYTES("s.Kq83LzmT0vWx29RbYcHd41Np"), "vault-token-file"},
	{"root/.vault-token", BYTES(""), ""},
	{"root/.kube/config", BYTES("users:\n- user:\n    token: Zq83LzmT0vWx29\n"),
	 "kubeconfig-token"},
	{"root/.kube/config", BYTES("users:\n- user:\n    exec: {command: aws}\n"), ""},
	{"root/.kube/config", BYTES("users: [\n"), ""},
	{"a/terraform.tfstate",
	 BYTES("{\"resources\": [{\"instances\": [{\"attributes\": {\"x\": \"Zq83LzmT\", \"y\": "
	       "\"other\"}, \"sensitive_attributes\": [[{\"type\": \"get_attr\", \"value\": "
	       "\"x\"}]]}]}]}"),
	 "terraform-state"},
	{"a/terraform.tfstate", BYTES("{\"outputs\": {\"a\": {\"value\": \"Zq83LzmT\"}}}"), ""},
	{"a/terraform.tfstate", BYTES("{\"outputs\": "), ""},
	{"k.jks", BYTES(JKS_HEAD "\0\0\0\1" JKS_NAME "\0\0\0\1x"), "java-keystore"},
	{"k.jks", BYTES(JKS_HEAD "\0\0\0\2" JKS_NAME "\0\1X\0\0\0\1c"), ""},
	{"k.jks", BYTES(JKS_HEAD), ""},
	{"k.kdbx", BYTES("\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5xxxx"), "keepass-database"},
	{"x/private-keys-v1.d/A.key", BYTES("(11:private-key(3:rsa))"), "gpg-key"},
	{"x/private-keys-v1.d/A.key", BYTES("Key: (protected-private-key (rsa"),
	 "gpg-key-encrypted"},
	{"x/private-keys-v1.d/A.key", BYTES("(20:shadowed-private-key(3:rsa))"), ""},
	{"root/wallet.dat",
	 BYTES("0123456789ab\x62\x31\x05\0 \x04mkey \x04"
	       "ckey"),
	 "bitcoin-wallet-encrypted"},
	{"root/wallet.dat", BYTES("0123456789ab\x62\x31\x05\0 \x03key!"), "bitcoin-wallet"},
	{"root/wallet.dat", BYTES("no wallet \x03key"), ""},
};

TEST(files_are_judged_by_what_is_in_them)
{
	CLEANUP(secret_set_freep) struct secret_set *set = shipped();

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct vec hits = VEC_INIT(struct secret_hit, LIMIT_SECRET_HITS);
		struct str bytes = str_make(files[i].bytes, files[i].n);
		const struct secret_hit *hit;
		struct err err = {0};

		assert_true(secret_file_is_wanted(str_of(files[i].path), bytes));
		assert_int_equal(
			secret_file_look(set, str_of(files[i].path), bytes, true, &hits, &err), 0);
		hit = vec_at(&hits, 0);
		if (hits.n != (files[i].rules[0] != '\0'))
			fail_msg("%zu: %s: %zu hits", i, files[i].path, hits.n);
		if (hit && !str_is(hit->rule->id, files[i].rules))
			fail_msg("%zu: %.*s", i, STR_FMT(hit->rule->id));
		vec_done(&hits);
	}
}

TEST(a_file_of_no_such_name_is_not_wanted)
{
	assert_false(secret_file_is_wanted(STR("usr/bin/env"), STR("\x7f"
								   "ELF")));
	assert_false(secret_file_is_wanted(STR("etc/passwd"), STR("root:x:0:0")));
	assert_false(secret_file_is_wanted(STR("a/pgpass"), STR("")));
}

TEST(where_a_file_lies_counts)
{
	static const struct secret_rule form = {.pack = {"cloud", 5}};
	static const struct secret_rule word = {.pack = {"generic", 7},
						.context = CONTEXT_PASSWORD};
	const struct secret_hit token = {.rule = &form}, password = {.rule = &word},
				bare = {.rule = &word, .is_bare = true};

	assert_true(secret_path_weight(STR("srv/app/.env"), &token) == 1);
	assert_true(secret_path_weight(STR("srv/app/.env"), &bare) == 1);
	assert_true(secret_path_weight(STR("srv/app/main.go"), &bare) <= 0.5);
	assert_true(secret_path_weight(STR("srv/app/test/key.pem"), &token) < 0.5);
	assert_true(secret_path_weight(STR("a.jar!/test/x"), &token) < 0.5);
	assert_true(secret_path_weight(STR("etc/ssl/private/ssl-cert-snakeoil.key"), &token) < 0.5);
	assert_true(secret_path_weight(STR("srv/node_modules/a/b.js"), &token) == 1);
	assert_true(secret_path_weight(STR("srv/node_modules/a/b.js"), &password) <= 0.5);
	assert_true(secret_path_weight(STR("usr/lib/python3/a.cfg"), &password) <= 0.5);
	assert_true(secret_path_weight(STR("usr/share/nginx/html/a.json"), &password) == 1);
	assert_true(secret_path_weight(STR("usr/src/app/a.yaml"), &password) == 1);
}

/* ---- keys ---- */

/* "openssh-key-v1", the cipher, and bytes that are none. */
#define SSH_CLEAR                                                                                  \
	"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZWQyNTUxOQAAACBx"
#define SSH_LOCKED                                                                                 \
	"b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABCk3tVmW1Rz9qLx0pYc7uJb"
#define BODY "MIIEowIBAAKCAQEAvT3kQz9XbW7rLp2mYc8uJdF5hG1sNaO4eR6tZiKqVwPxBjMl\n"

static const struct {
	const char *text;
	enum secret_key_state state;
} pems[] = {
	{"-----BEGIN RSA PRIVATE KEY-----\n" BODY "-----END RSA PRIVATE KEY-----",
	 SECRET_KEY_CLEAR},
	{"-----BEGIN RSA PRIVATE KEY-----\\n" BODY "\\n-----END RSA PRIVATE KEY-----",
	 SECRET_KEY_CLEAR},
	{"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: "
	 "AES-128-CBC,0A\n\n" BODY "-----END RSA PRIVATE KEY-----",
	 SECRET_KEY_ENCRYPTED},
	{"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" BODY "-----END ENCRYPTED PRIVATE KEY-----",
	 SECRET_KEY_ENCRYPTED},
	{"-----BEGIN OPENSSH PRIVATE KEY-----\n" SSH_CLEAR "\n-----END OPENSSH PRIVATE KEY-----",
	 SECRET_KEY_CLEAR},
	{"-----BEGIN OPENSSH PRIVATE KEY-----\n" SSH_LOCKED "\n-----END OPENSSH PRIVATE KEY-----",
	 SECRET_KEY_ENCRYPTED},
	{"-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----", SECRET_KEY_NONE},
	{"-----BEGIN PRIVATE KEY-----\n" BODY, SECRET_KEY_NONE},
	{"", SECRET_KEY_NONE},
};

TEST(a_pem_key_says_whether_it_is_encrypted)
{
	for (size_t i = 0; i < ARRAY_LEN(pems); i++)
		if (secret_key_of_pem(str_of(pems[i].text)) != pems[i].state)
			fail_msg("%zu", i);
}

/* Version 4, RSA with numbers of 8 bits; then the usage of S2K. */
#define PGP(usage) "\x95\0\x0d\4\0\0\0\0\1\0\x08\xff\0\x08\x03" usage

TEST(an_openpgp_key_says_whether_it_is_encrypted)
{
	assert_int_equal(secret_key_of_packets(str_make(BYTES(PGP("\0")))), SECRET_KEY_CLEAR);
	assert_int_equal(secret_key_of_packets(str_make(BYTES(PGP("\xfe\7\3\2")))),
			 SECRET_KEY_ENCRYPTED);
	assert_int_equal(secret_key_of_packets(STR("plain text")), SECRET_KEY_NONE);
	/* the public half alone: tag 6 */
	assert_int_equal(secret_key_of_packets(STR("\x99\0\x02\4\0")), SECRET_KEY_NONE);
	/* GnuPG's stub of a key that is elsewhere */
	assert_int_equal(
		secret_key_of_packets(str_make(BYTES("\x95\0\x14\4\0\0\0\0\1\0\x08\xff\0\x08\x03"
						     "\xff\7\x65\2GNU\1"))),
		SECRET_KEY_NONE);
}

/* ---- manifests ---- */

static bool count(void *context, struct str key, struct str value, double confidence)
{
	size_t *n = context;

	(void)key;
	(void)value;
	(void)confidence;
	++*n;
	return true;
}

static const struct {
	const char *text;
	size_t n;
} manifests[] = {
	{"kind: Secret\ndata:\n  a: Zm9vYmFyYmF6\n  b: Zm9vYmFyYmF6\n", 2},
	{"data:\n  a: Zm9vYmFyYmF6\nkind: Secret\n", 1},
	{"kind: Secret\nmetadata: {name: x}\n---\ndata:\n  a: Zm9vYmFyYmF6\n", 0},
	{"items:\n- kind: Secret\n  data:\n    a: Zm9vYmFyYmF6\n- kind: X\n  data:\n    "
	 "b: Zm9vYmFyYmF6\n",
	 1},
	{"kind: Secret\ndata:\n  a: |\n    Zm9vYmFy\n    YmF6\n  username: Zm9vYmFyYmF6\n", 1},
	{"kind: Secret\nstringData:\n  a: hunter2x\n  b: ${B}\n", 1},
	{"{\"kind\": \"Secret\", \"data\": {\"a\": \"Zm9vYmFyYmF6\"}, \"x\": {\"b\": "
	 "\"Zm9vYmFyYmF6\"}}",
	 1},
	{"[{\"kind\": \"X\", \"data\": {\"a\": \"Zm9vYmFyYmF6\"}}, {\"data\": {\"a\": "
	 "\"Zm9vYmFyYmF6\"}, \"kind\": \"Secret\"}]",
	 1},
	{"kind: Secret\ndata:\n  a: not base64!\n  b: ''\n", 0},
	{"kind: Secret", 0},
};

TEST(the_values_of_a_secret_of_kubernetes_stand_round_its_kind)
{
	for (size_t i = 0; i < ARRAY_LEN(manifests); i++) {
		struct str text = str_of(manifests[i].text);
		struct str kind = str_find(text, STR("kind: Secret")) < text.n
					  ? STR("kind: Secret")
					  : STR("kind\": \"Secret");
		size_t n = 0, at = str_find(text, kind);

		assert_true(secret_manifest_each(text, 0, at, count, &n) > at);
		if (n != manifests[i].n)
			fail_msg("%zu: %zu", i, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(files_are_judged_by_what_is_in_them),
		RUN(a_file_of_no_such_name_is_not_wanted),
		RUN(where_a_file_lies_counts),
		RUN(a_pem_key_says_whether_it_is_encrypted),
		RUN(an_openpgp_key_says_whether_it_is_encrypted),
		RUN(the_values_of_a_secret_of_kubernetes_stand_round_its_kind),
	};

	return RUN_ALL(tests);
}
