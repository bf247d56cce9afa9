/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/feeds/csaf_tree.h"

#include "base/limits.h"
#include "vuln/feeds/shape.h"

#define HOPS_MAX 4 /* package, module, platform, and one to spare */

static const struct shape_field branch_shape[] = {
	{"", SHAPE_MAP},
	{"branches", SHAPE_LIST},
	{"product", SHAPE_MAP},
	{"product.product_id", SHAPE_TEXT},
	{"product.product_identification_helper", SHAPE_MAP},
	{"product.product_identification_helper.purl", SHAPE_TEXT},
	{"product.product_identification_helper.cpe", SHAPE_TEXT},
};

static const struct shape_field relation_shape[] = {
	{"", SHAPE_MAP},
	{"product_reference", SHAPE_TEXT},
	{"relates_to_product_reference", SHAPE_TEXT},
	{"full_product_name", SHAPE_MAP},
	{"full_product_name.product_id", SHAPE_TEXT},
};

static int add_branches(struct csaf_tree *t, const struct json *branches, int depth,
			struct err *err)
{
	int r = 0;

	if (depth > LIMIT_JSON_DEPTH)
		return err_set(err, ERR_LIMIT, "branches deeper than json_depth");
	for (size_t i = 0; i < json_len(branches) && r == 0; i++) {
		const struct json *branch = json_at(branches, i);
		const struct json *product = json_get(branch, "product");
		struct str id = json_get_str(product, "product_id");

		r = shape_check(branch, branch_shape, ARRAY_LEN(branch_shape), err);
		if (r < 0)
			return err_wrap(err, r, "product_tree: branches[%zu]", i);
		if (id.n)
			r = map_put(&t->products, id, (void *)product);
		if (r < 0)
			return err_set(err, (enum err_code) - r, "products of the tree");
		r = add_branches(t, json_get(branch, "branches"), depth + 1, err);
	}
	return r;
}

static int add_relations(struct csaf_tree *t, const struct json *relations, struct err *err)
{
	for (size_t i = 0; i < json_len(relations); i++) {
		const struct json *relation = json_at(relations, i);
		struct str id = json_get_str(json_get(relation, "full_product_name"), "product_id");
		int r = shape_check(relation, relation_shape, ARRAY_LEN(relation_shape), err);

		if (r < 0)
			return err_wrap(err, r, "product_tree: relationships[%zu]", i);
		r = id.n ? map_put(&t->relations, id, (void *)relation) : 0;
		if (r < 0)
			return err_set(err, (enum err_code) - r, "relationships of the tree");
	}
	return 0;
}

int csaf_tree_init(struct csaf_tree *t, const struct json *product_tree, struct err *err)
{
	int r;

	map_init(&t->products, LIMIT_ADVISORY_ITEMS);
	map_init(&t->relations, LIMIT_ADVISORY_ITEMS);
	if (json_kind_of(json_get(product_tree, "branches")) != JSON_KIND_LIST)
		return err_set(err, ERR_FORMAT, "no product_tree with branches");
	if (json_get(product_tree, "relationships") &&
	    json_kind_of(json_get(product_tree, "relationships")) != JSON_KIND_LIST)
		return err_set(err, ERR_FORMAT, "product_tree: relationships: not a list");
	r = add_branches(t, json_get(product_tree, "branches"), 0, err);
	return r < 0 ? r : add_relations(t, json_get(product_tree, "relationships"), err);
}

void csaf_tree_done(struct csaf_tree *t)
{
	map_done(&t->products);
	map_done(&t->relations);
}

static struct str helper(const struct csaf_tree *t, struct str id, const char *key)
{
	return json_get_str(json_get(map_get(&t->products, id), "product_identification_helper"),
			    key);
}

bool csaf_tree_find(const struct csaf_tree *t, struct str id, struct csaf_product *ret)
{
	const struct json *relation = map_get(&t->relations, id);
	struct str component, platform = id, purl;

	*ret = (struct csaf_product){0};
	for (int hop = 0; relation && hop < HOPS_MAX; hop++) {
		component = json_get_str(relation, "product_reference");
		platform = json_get_str(relation, "relates_to_product_reference");
		purl = helper(t, component, "purl");
		if (hop == 0)
			ret->purl = purl;
		else if (str_has_prefix(purl, STR("pkg:rpmmod/")))
			ret->module = purl;
		relation = map_get(&t->relations, platform);
	}
	ret->cpe = helper(t, platform, "cpe");
	return map_get(&t->relations, id) && !relation && ret->cpe.n;
}

bool csaf_tree_has(const struct csaf_tree *t, struct str id)
{
	return map_get(&t->relations, id) || map_get(&t->products, id);
}
