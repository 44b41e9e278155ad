-- Names that their list lacks, compared all at once with those that it has. Names are the same to the
-- models if they differ in case and outer spaces only. A list knows its names; where there is none,
-- the most frequent spelling of the same letters stands for it. Names with other digits in them are
-- other things: GTX 100 is no GTX 200.
with

given as (
    $names
),

plain as (
    select
        place,
        family,
        scope,
        is_list,
        is_id,
        trim(regexp_replace(name, '\s+', ' ', 'g')) as name,
        sum(row_count) as row_count
    from given
    where trim(name) <> ''
    group by all
),

keyed as (
    select
        *,
        lower(name) as name_key,
        string_split(trim(
            regexp_replace(strip_accents(lower(name)), '[^\p{L}\p{N}]+', ' ', 'g')
        ), ' ') as words,
        regexp_replace(name, '[^0-9]+', '', 'g') as digits
    from plain
),

folded as materialized (
    select
        *,
        array_to_string(words, '') as letters,
        array_to_string(words, ' ') as spelled,
        array_to_string(list_sort(words), '') as sorted_letters
    from keyed
    where len(array_to_string(words, '')) > 0
),

families as (
    select family, scope, bool_or(is_list) as has_list
    from folded
    group by family, scope
),

spellings as (
    select f.family, f.scope, f.letters, f.name_key, sum(f.row_count) as row_count
    from folded as f
    inner join families using (family, scope)
    where not has_list
    group by all
),

standing as (
    select family, scope, letters, name_key
    from spellings
    qualify row_number() over (
        partition by family, scope, letters order by row_count desc, name_key desc
    ) = 1
),

-- One row per listed name, written as in the column of names, not of ids.
listed as materialized (
    select
        f.family, f.scope, f.name_key, f.letters, f.spelled, f.sorted_letters, f.digits,
        f.words,
        bool_or(f.is_list and not f.is_id) as is_measured,
        arg_max(f.name, (not f.is_id, f.row_count, f.name)) as name
    from folded as f
    left join standing as s
        on f.family = s.family and f.scope = s.scope and f.name_key = s.name_key
    where f.is_list or s.name_key is not null
    group by all
),

loose as materialized (
    select *
    from folded as f
    where not f.is_list and not exists (
        select 1 from listed as l
        where l.family = f.family and l.scope = f.scope and l.name_key = f.name_key
    )
),

same_letters as materialized (
    select o.place, o.name, l.name as likeliest, o.row_count, null as score, 1 as rung
    from loose as o
    inner join listed as l
        on o.family = l.family and o.scope = l.scope and o.letters = l.letters

    union all

    select o.place, o.name, l.name as likeliest, o.row_count, null as score, 2 as rung
    from loose as o
    inner join listed as l
        on o.family = l.family and o.scope = l.scope and o.sorted_letters = l.sorted_letters
),

unlike as materialized (
    select * from loose
    where (place, name) not in (select (place, name) from same_letters)
    qualify row_number() over (partition by place order by row_count desc, name) <= $most_measured
),

blocks as (
    select
        place, family, scope, name, row_count, spelled, digits,
        unnest(list_distinct([substr(word, 1, 2) for word in words])) as block
    from unlike
),

listed_blocks as (
    select
        family, scope, name, spelled, digits,
        unnest(list_distinct([substr(word, 1, 2) for word in words])) as block
    from listed
    where is_measured
),

-- Held, so that only these are measured: measuring is what costs.
pairs as materialized (
    select distinct b.place, b.name, b.row_count, b.spelled, l.name as likeliest,
        l.spelled as likely_spelled
    from blocks as b
    inner join listed_blocks as l
        on b.family = l.family and b.scope = l.scope and b.block = l.block and b.digits = l.digits
            and 100 * abs(len(b.spelled) - len(l.spelled))
                <= (100 - $alike) * greatest(len(b.spelled), len(l.spelled))
),

measured as (
    select
        place,
        name,
        likeliest,
        row_count,
        cast(100 - floor(
            100.0 * levenshtein(spelled, likely_spelled)
            / greatest(strlen(spelled), strlen(likely_spelled))
        ) as integer) as score,
        3 as rung
    from pairs
),

candidates as (
    select * from same_letters
    union all
    select * from measured where score >= $alike
)

select place, name, likeliest, row_count, score
from candidates
qualify row_number() over (
    partition by place, name order by rung, score desc nulls last, likeliest
) = 1
order by row_count desc, place, name
