-- The draws of the bootstrap of maturity: for every number of rep-months that a manager has in a
-- quarter, how often each of them is drawn, with replacement, by a number made of seed, parity of
-- the quarter, replicate and draw: the same on every engine. Replicate 0 takes each of them once.
{%- set digits = '0123456789abcdef' %}
with

sizes as (
    select rep_month_count
    from {{ ref('ind_maturity_rep_month') }}
    group by rep_month_count
),

numbers as (
    select rep_month_number
    from {{ ref('ind_maturity_rep_month') }}
    group by rep_month_number
),

tens as (
    {% for digit in range(10) %}
        select {{ digit }} as digit
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

replicates as (
    select ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1 as replicate_number
    from tens as ones
    cross join tens
    cross join tens as hundreds
    where
        ones.digit + 10 * tens.digit + 100 * hundreds.digit < {{ var('maturity_replicates') }}
),

parities as (
    select 0 as parity
    union all
    select 1 as parity
),

hashed as (
    select
        parities.parity,
        replicates.replicate_number,
        numbers.rep_month_number as draw_number,
        md5(concat(
            '{{ var("maturity_seed") }}/',
            cast(parities.parity as {{ dbt.type_string() }}),
            '/',
            cast(replicates.replicate_number as {{ dbt.type_string() }}),
            '/',
            cast(numbers.rep_month_number as {{ dbt.type_string() }})
        )) as draw_hash
    from replicates
    cross join parities
    cross join numbers
),

-- Seven digits of the hash: 268 million numbers, so the remainder favours no rep-month.
numbered as (
    select
        parity,
        replicate_number,
        draw_number,
        {% for place in range(7) %}
            {{ 16 ** (6 - place) }} * (
                {{ dbt.position("substr(draw_hash, " ~ (place + 1) ~ ", 1)", "'" ~ digits ~ "'")
                    | trim }} - 1
            ){{ ' +' if not loop.last }}
        {% endfor %} as draw_value
    from hashed
),

drawn as (
    select
        numbered.parity,
        sizes.rep_month_count,
        numbered.replicate_number,
        mod(numbered.draw_value, sizes.rep_month_count) + 1 as rep_month_number,
        count(*) as draw_count
    from numbered
    inner join sizes on numbered.draw_number <= sizes.rep_month_count
    group by
        numbered.parity,
        sizes.rep_month_count,
        numbered.replicate_number,
        mod(numbered.draw_value, sizes.rep_month_count) + 1
    union all
    select
        parities.parity,
        sizes.rep_month_count,
        0 as replicate_number,
        numbers.rep_month_number,
        1 as draw_count
    from sizes
    cross join parities
    inner join numbers on sizes.rep_month_count >= numbers.rep_month_number
),

final as (
    select
        cast(parity as integer) as parity,
        cast(rep_month_count as integer) as rep_month_count,
        cast(replicate_number as integer) as replicate_number,
        cast(rep_month_number as integer) as rep_month_number,
        cast(draw_count as integer) as draw_count
    from drawn
)

select * from final
