/* SPDX-License-Identifier: Apache-2.0 */
#include "render/attachment_tree.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "codec/json_writer.h"
#include "render/text.h"

#define DIGEST_COLUMNS 19 /* "sha256:" and 12 digits */
#define PREFIX_BYTES   256

/* ---- for a person ---- */

static const char *attachment_title(const struct tree_node *n)
{
	switch (n->attachment) {
	case ATTACHMENT_BUNDLE:
		return n->predicates.n ? "attestation (Sigstore bundle)"
				       : "signature (Sigstore bundle)";
	case ATTACHMENT_SIGNATURE:
		return "signature (cosign)";
	case ATTACHMENT_ATTESTATION:
		return n->about.n ? "attestation (of the build)" : "attestation (cosign)";
	case ATTACHMENT_SBOM:
		return "SBOM";
	case ATTACHMENT_NOTATION:
		return "signature (Notary Project)";
	case ATTACHMENT_OTHER:
		break;
	}
	return "artifact";
}

static struct str title(const struct tree_node *n)
{
	if (n->platform.n)
		return n->platform;
	if (n->kind == TREE_INDEX)
		return STR("index");
	if (n->kind == TREE_MANIFEST && n->attachment == ATTACHMENT_OTHER && !n->artifact_type.n)
		return STR("image");
	return str_of(attachment_title(n));
}

static void count(struct strbuf *sb, size_t n, const char *what)
{
	if (n)
		strbuf_addf(sb, "%s%zu %s%s", sb->n ? ", " : "", n, what, n == 1 ? "" : "s");
}

static size_t n_manifests(const struct tree_node *n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n->n_children; i++)
		sum += n->children[i].kind != TREE_ATTACHMENT;
	return sum;
}

/* "3 layers, 12.3 MB, 2026-01-02T03:04:05Z" */
static void add_measures(struct strbuf *sb, const struct tree_node *n)
{
	char size[TEXT_BYTES_MAX];

	if (n->kind == TREE_INDEX)
		count(sb, n_manifests(n), "manifest");
	else if (n->attachment == ATTACHMENT_SIGNATURE)
		count(sb, n->n_parts, "signature");
	else if (n->kind == TREE_MANIFEST && n->attachment == ATTACHMENT_OTHER)
		count(sb, n->n_parts, "layer");
	if (n->size_bytes) {
		(void)text_bytes(n->size_bytes, size);
		strbuf_addf(sb, "%s%s", sb->n ? ", " : "", size);
	}
	if (n->created.n)
		strbuf_addf(sb, "%s%.*s", sb->n ? ", " : "", STR_FMT(str_sub(n->created, 0, 40)));
	if (n->is_repeated)
		strbuf_addf(sb, "%sshown above", sb->n ? ", " : "");
}

/* Column by column, as far as the line goes. */
static size_t say(struct canvas *c, size_t used, enum tone tone, struct str s, size_t columns)
{
	size_t room = c->width > used ? c->width - used : 0;

	if (!s.n || room == 0)
		return used;
	return used + canvas_say(c, tone, s, columns < room ? columns : room);
}

static void put_line(struct canvas *c, struct str prefix, const char *branch,
		     const struct tree_node *n)
{
	CLEANUP(strbuf_done) struct strbuf measures = STRBUF_INIT(LIMIT_FIELD_BYTES);
	enum tone tone = n->problem.n ? TONE_BAD : TONE_HEADING;
	size_t used = say(c, 0, TONE_DIM, prefix, c->width);

	used = say(c, used, TONE_DIM, str_of(branch), c->width);
	used = say(c, used, tone, title(n), c->width);
	if (prefix.n || branch[0]) { /* that of the image stands above, in full */
		used = say(c, used, TONE_PLAIN, STR(" "), 1);
		used = say(c, used, TONE_PLAIN, str_sub(n->digest, 0, DIGEST_COLUMNS), c->width);
	}
	add_measures(&measures, n);
	if (measures.n)
		used = say(c, used, TONE_PLAIN, STR("  "), 2);
	(void)say(c, used, TONE_DIM, strbuf_str(&measures), c->width);
	canvas_end_line(c);
}

/* Under the line of a node, where its children's branch goes down. */
static void put_detail(struct canvas *c, struct str prefix, bool has_children, enum tone tone,
		       struct str s)
{
	const char *bar = !has_children ? "    " : c->unicode ? "│   " : "|   ";
	size_t used;

	if (!s.n)
		return;
	used = say(c, 0, TONE_DIM, prefix, c->width);
	used = say(c, used, TONE_DIM, str_of(bar), 4);
	(void)say(c, used, tone, s, c->width);
	canvas_end_line(c);
}

static void put_details(struct canvas *c, struct str prefix, const struct tree_node *n)
{
	bool more = n->n_children > 0;

	put_detail(c, prefix, more, TONE_BAD, n->problem);
	for (size_t i = 0; i < n->predicates.n; i++)
		put_detail(c, prefix, more, TONE_PLAIN, n->predicates.p[i]);
	if (n->attachment == ATTACHMENT_SBOM || n->attachment == ATTACHMENT_OTHER)
		put_detail(c, prefix, more, TONE_PLAIN, n->artifact_type);
	if (n->about.n)
		put_detail(c, prefix, more, TONE_DIM, n->about);
}

static void put_children(struct canvas *c, struct str prefix, const struct tree_node *n)
{
	for (size_t i = 0; i < n->n_children; i++) {
		CLEANUP(strbuf_done) struct strbuf below = STRBUF_INIT(PREFIX_BYTES);
		bool last = i + 1 == n->n_children;
		const char *branch = c->unicode ? last ? "└─ " : "├─ " : last ? "`- " : "|- ";

		put_line(c, prefix, branch, &n->children[i]);
		strbuf_add(&below, prefix);
		strbuf_adds(&below, last ? "   " : c->unicode ? "│  " : "|  ");
		put_details(c, strbuf_str(&below), &n->children[i]);
		put_children(c, strbuf_str(&below), &n->children[i]); /* attachment_depth at most */
	}
}

void attachment_tree_table(struct canvas *c, struct str name, const struct attachment_tree *t)
{
	(void)canvas_say(c, TONE_PLAIN, name, c->width);
	canvas_end_line(c);
	(void)canvas_say(c, TONE_PLAIN, t->root.digest, c->width);
	canvas_end_line(c);
	put_line(c, STR_NULL, "", &t->root);
	put_details(c, STR_NULL, &t->root);
	put_children(c, STR_NULL, &t->root);
	if (t->root.n_children == n_manifests(&t->root)) {
		(void)canvas_say(c, TONE_DIM, STR("nothing is attached to it"), c->width);
		canvas_end_line(c);
	}
}

/* ---- JSON ---- */

static const char *kind_name(const struct tree_node *n)
{
	if (n->kind == TREE_INDEX)
		return "index";
	if (n->kind == TREE_MANIFEST && n->attachment == ATTACHMENT_OTHER)
		return n->artifact_type.n ? "artifact" : "image";
	return attachment_kind_name(n->attachment);
}

static void write_attached(struct json_writer *w, const struct tree_node *n)
{
	if (n->kind != TREE_ATTACHMENT)
		return;
	if (!n->problem.n)
		json_put_text(w, "found_by", attachment_place_name(n->place));
	json_put_opt(w, "tag", n->tag);
}

static void write_node(struct json_writer *w, const struct tree_node *n)
{
	json_put_text(w, "kind", kind_name(n));
	json_put_str(w, "digest", n->digest);
	write_attached(w, n);
	json_put_opt(w, "artifact_type", n->artifact_type);
	json_put_opt(w, "platform", n->platform);
	json_put_opt(w, "about", n->about);
	json_put_opt(w, "created", n->created);
	if (!n->problem.n && n->kind != TREE_INDEX) {
		json_put_uint(w, "layers", n->n_parts);
		json_put_uint(w, "size_bytes", n->size_bytes);
	}
	if (n->predicates.n) {
		json_key(w, "predicate_types");
		json_open_list(w);
		for (size_t i = 0; i < n->predicates.n; i++)
			json_add_str(w, n->predicates.p[i]);
		json_close_list(w);
	}
	json_put_opt(w, "problem", n->problem);
	if (n->is_repeated)
		json_put_bool(w, "repeated", true);
	json_key(w, "children");
	json_open_list(w);
	for (size_t i = 0; i < n->n_children; i++) {
		json_open_map(w);
		write_node(w, &n->children[i]); /* attachment_depth at most */
		json_close_map(w);
	}
	json_close_list(w);
}

void attachment_tree_json(struct strbuf *out, struct str name, const struct attachment_tree *t)
{
	struct json_writer w;

	json_writer_init(&w, out, JSON_INDENT);
	json_open_map(&w);
	json_put_text(&w, "format", "plimsoll.tree/1");
	json_put_str(&w, "name", name);
	write_node(&w, &t->root);
	json_close_map(&w);
	strbuf_addc(out, '\n');
}
