/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that are trees of JSON or YAML:
 *
 *     kubeconfig         users: [{user: {token: T, password: P}}]; exec and files hold none here
 *     terraform.tfstate  resources[].instances[]: attributes, and which of them are sensitive
 *     UTC--...--ADDRESS  {"crypto": {"cipher": ..., "ciphertext": ..., "kdf": ...}}
 *     Electrum           {"keystore": {"seed": ..., "xprv": ...}, "use_encryption": true}
 *
 * A tree has no places in the file; a value is looked for behind the one before it.
 */
#include "base/limits.h"
#include "codec/json.h"
#include "codec/yaml.h"
#include "secret/secret_context.h"
#include "secret/secret_file_parts.h"
#include "secret/secret_value.h"

#define VALUE_MIN  4  /* bytes of a value that can be found again */
#define MISSES_MAX 64 /* values of one file that stand nowhere as they are */
#define DEPTH_MAX  32 /* of attributes within each other */

struct tree_look {
	struct secret_look *look;
	size_t at; /* where the next value is looked for */
	unsigned misses;
};

/* Its own text up to what is written in another way: \n, \", \u00e9. */
static struct str plain_start(struct str value)
{
	size_t n = 0;

	while (n < value.n && value.p[n] >= ' ' && value.p[n] != '"' && value.p[n] != '\\' &&
	       value.p[n] != '<' && value.p[n] != '>' && value.p[n] != '&')
		n++;
	return str_sub(value, 0, n);
}

static void add(struct tree_look *t, enum secret_file_kind kind, struct str value, double sure)
{
	struct str bytes = t->look->bytes, start = plain_start(value);
	struct str rest = str_skip(bytes, t->at);
	size_t at;

	if (start.n < VALUE_MIN || t->misses >= MISSES_MAX || secret_is_placeholder(value))
		return;
	at = str_find(rest, start);
	if (at >= rest.n) {
		t->misses++;
		return;
	}
	secret_look_add(t->look, kind, str_sub(rest, at, start.n), sure);
	t->at += at + start.n;
}

/* ---- kubeconfig ---- */

/* Format: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/ */
void secret_look_kubeconfig(struct secret_look *look)
{
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
	struct tree_look t = {.look = look};
	const struct yaml_node *users;

	if (yaml_parse(look->bytes, &file, NULL) < 0)
		return;
	users = yaml_get(yaml_document(file, 0), "users");
	for (size_t i = 0; yaml_kind_of(users) == YAML_LIST && i < yaml_len(users); i++) {
		const struct yaml_node *user = yaml_get(yaml_at(users, i), "user");

		add(&t, SECRET_FILE_KUBECONFIG_TOKEN, yaml_get_str(user, "token"), SURE_BY_FORM);
		add(&t, SECRET_FILE_KUBECONFIG_TOKEN, yaml_get_str(user, "password"), SURE_BY_FORM);
	}
}

/* ---- terraform.tfstate ---- */

/* What providers call values that open something, whether marked as sensitive or not. */
static const char *const secret_words[] = {
	"password", "secret", "token",	     "private_key", "access_key",
	"api_key",  "passwd", "credentials", "client_key",  "connection_string",
};

static bool names_secret(struct str key)
{
	for (size_t i = 0; i < sizeof secret_words / sizeof secret_words[0]; i++)
		if (secret_key_has(key, str_of(secret_words[i]), true))
			return true;
	return false;
}

static bool is_sensitive(const struct json *list, struct str key)
{
	for (size_t i = 0; i < json_len(list); i++) { /* [[{"type": "get_attr", "value": KEY}]] */
		const struct json *step = json_at(json_at(list, i), 0);

		if (str_eq(json_get_str(step, "value"), key) || str_eq(json_str(step), key))
			return true;
	}
	return false;
}

static void add_attribute(struct tree_look *t, struct str key, struct str value, bool marked)
{
	struct secret_pair pair = {
		.key = key, .value = value, .operator_ = PAIR_COLON, .quote = '"'};
	double sure = secret_context(CONTEXT_PASSWORD, &pair, STR("password"));

	if (marked)
		add(t, SECRET_FILE_TERRAFORM_STATE, value, SURE_BY_FORM);
	else if (sure > 0 || value.n > 64)
		add(t, SECRET_FILE_TERRAFORM_STATE, value, value.n > 64 ? 0.7 : sure);
}

static void look_at_attributes(struct tree_look *t, const struct json *map,
			       const struct json *sensitive, unsigned depth)
{
	const struct json *value;
	struct str key;
	void *iter = NULL;

	while (depth < DEPTH_MAX && json_each(map, &iter, &key, &value)) {
		bool marked = is_sensitive(sensitive, key);

		if (json_kind_of(value) == JSON_KIND_TEXT && (marked || names_secret(key)))
			add_attribute(t, key, json_str(value), marked);
		for (size_t i = 0; json_kind_of(value) == JSON_KIND_LIST && i < json_len(value);
		     i++)
			look_at_attributes(t, json_at(value, i), NULL, depth + 1);
		if (json_kind_of(value) == JSON_KIND_MAP)
			look_at_attributes(t, value, NULL, depth + 1);
	}
}

static void look_at_outputs(struct tree_look *t, const struct json *outputs)
{
	const struct json *output;
	struct str name;
	void *iter = NULL;

	while (json_each(outputs, &iter, &name, &output))
		if (json_get_true(output, "sensitive"))
			add(t, SECRET_FILE_TERRAFORM_STATE, json_get_str(output, "value"),
			    SURE_BY_FORM);
}

/* Format: version 4 of the state, https://developer.hashicorp.com/terraform/language/state */
void secret_look_terraform(struct secret_look *look)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct tree_look t = {.look = look};
	const struct json *resources, *instances, *instance;

	if (json_parse(look->bytes, &doc, NULL) < 0)
		return;
	look_at_outputs(&t, json_get(doc, "outputs"));
	resources = json_get(doc, "resources");
	for (size_t i = 0; i < json_len(resources); i++) {
		instances = json_get(json_at(resources, i), "instances");
		for (size_t k = 0; k < json_len(instances); k++) {
			instance = json_at(instances, k);
			look_at_attributes(&t, json_get(instance, "attributes"),
					   json_get(instance, "sensitive_attributes"), 0);
		}
	}
}

/* ---- wallets ---- */

/* Format: https://ethereum.org/developers/docs/data-structures-and-encoding/web3-secret-storage/ */
void secret_look_ethereum(struct secret_look *look)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct tree_look t = {.look = look};
	const struct json *crypto;

	if (look->bytes.n == 0 || look->bytes.p[0] != '{' ||
	    json_parse(look->bytes, &doc, NULL) < 0)
		return;
	crypto = json_get(doc, "crypto") ? json_get(doc, "crypto") : json_get(doc, "Crypto");
	if (json_get(crypto, "kdf"))
		add(&t, SECRET_FILE_ETHEREUM_KEYSTORE, json_get_str(crypto, "ciphertext"),
		    SURE_BY_FORM);
}

void secret_look_electrum(struct secret_look *look)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct tree_look t = {.look = look};
	const struct json *keys;
	enum secret_file_kind kind;

	if (look->bytes.n == 0 || look->bytes.p[0] != '{' ||
	    json_parse(look->bytes, &doc, NULL) < 0)
		return;
	keys = json_get(doc, "keystore");
	kind = json_get_true(doc, "use_encryption") ? SECRET_FILE_ELECTRUM_WALLET_ENCRYPTED
						    : SECRET_FILE_ELECTRUM_WALLET;
	if (json_get(doc, "wallet_type") && json_get_str(keys, "seed").n > 0)
		add(&t, kind, json_get_str(keys, "seed"), SURE_BY_FORM);
	else if (json_get(doc, "wallet_type"))
		add(&t, kind, json_get_str(keys, "xprv"), SURE_BY_FORM);
}
