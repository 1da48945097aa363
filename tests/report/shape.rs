//! Whether a JSON value has the shape that a schema says, and what the schema says of each field.

use serde_json::Value;
use std::collections::BTreeSet;

/// Every property of a schema, and whether it says what it is.
pub(crate) fn collect(schema: &Value, fields: &mut BTreeSet<(String, bool)>) {
    for (name, of) in schema["properties"].as_object().into_iter().flatten() {
        fields.insert((name.clone(), of["description"].is_string()));
    }
    match schema {
        Value::Object(map) => map.values().for_each(|inner| collect(inner, fields)),
        Value::Array(list) => list.iter().for_each(|inner| collect(inner, fields)),
        _ => {}
    }
}

/// Where a value does not fit a schema: the keywords that our schemas use, and no others.
pub(crate) fn misfits(root: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    if let Some(target) = schema["$ref"].as_str() {
        return misfits(root, root.pointer(target.trim_start_matches('#')).unwrap(), value, place);
    }
    for choices in ["anyOf", "oneOf"] {
        if let Some(choices) = schema[choices].as_array() {
            let each = choices.iter().map(|choice| misfits(root, choice, value, place));
            return each.min_by_key(Vec::len).unwrap();
        }
    }
    if let Some(only) = schema.get("const") {
        return if only == value { Vec::new() } else { vec![format!("{place} is not {only}")] };
    }
    let is = |kind: &str| match kind {
        "null" => value.is_null(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "boolean" => value.is_boolean(),
        other => panic!("the schema says {other}"),
    };
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().map(|k| k.as_str().unwrap()).collect(),
        other => panic!("{place}: no type in the schema: {other}"),
    };
    if !kinds.iter().any(|kind| is(kind)) {
        return vec![format!("{place} is no {}", kinds.join(" or "))];
    }
    let mut all = Vec::new();
    if let Value::Object(object) = value {
        for required in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !object.contains_key(required) {
                all.push(format!("{place} lacks `{required}`"));
            }
        }
        for (key, value) in object {
            let open = schema["additionalProperties"].is_object().then(|| &schema["additionalProperties"]);
            match schema["properties"].get(key).or(open) {
                Some(of) => all.extend(misfits(root, of, value, &format!("{place}.{key}"))),
                None => all.push(format!("{place}: `{key}` is unknown")),
            }
        }
    }
    if let Value::Array(list) = value {
        let within = |bound: &str, fits: &dyn Fn(u64) -> bool| schema[bound].as_u64().is_none_or(fits);
        if !within("minItems", &|n| list.len() as u64 >= n)
            || !within("maxItems", &|n| list.len() as u64 <= n)
        {
            all.push(format!("{place} has {} items", list.len()));
        }
        for (n, item) in list.iter().enumerate() {
            all.extend(misfits(root, &schema["items"], item, &format!("{place}[{n}]")));
        }
    }
    all
}
