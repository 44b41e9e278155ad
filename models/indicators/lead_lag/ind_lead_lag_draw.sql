-- The draws of the bootstrap: as many managers as there are, with replacement, by a number made of
-- seed, replicate and draw, so that the same seed draws the same managers on every engine.
{%- set digits = '0123456789abcdef' %}
with

managers as (
    select
        manager_id,
        row_number() over (order by manager_id) as manager_number,
        count(*) over () as manager_count
    from {{ ref('ind_lead_lag_place') }}
    group by manager_id
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
        ones.digit + 10 * tens.digit + 100 * hundreds.digit < {{ var('lead_lag_replicates') }}
),

hashed as (
    select
        replicates.replicate_number,
        managers.manager_count,
        md5(concat(
            '{{ var("lead_lag_seed") }}/',
            cast(replicates.replicate_number as {{ dbt.type_string() }}),
            '/',
            cast(managers.manager_number as {{ dbt.type_string() }})
        )) as draw_hash
    from replicates
    cross join managers
),

-- Seven digits of the hash: 268 million numbers, so the remainder favours no manager.
drawn as (
    select
        replicate_number,
        mod(
            {% for place in range(7) %}
                {{ 16 ** (6 - place) }} * (
                    {{ dbt.position("substr(draw_hash, " ~ (place + 1) ~ ", 1)", "'" ~ digits ~ "'")
                        | trim }} - 1
                ){{ ' +' if not loop.last }}
            {% endfor %},
            manager_count
        ) + 1 as manager_number
    from hashed
),

final as (
    select
        cast(drawn.replicate_number as integer) as replicate_number,
        managers.manager_id,
        count(*) as draw_count
    from drawn
    inner join managers on drawn.manager_number = managers.manager_number
    group by drawn.replicate_number, managers.manager_id
)

select * from final
