-- The places in a list that stands in one cell (8001; 8002): the first thousand are read.
with

digits as (
    select 0 as digit
    {% for digit in range(1, 10) %}
        union all
        select {{ digit }} as digit
    {% endfor %}
),

final as (
    select 100 * h.digit + 10 * t.digit + o.digit + 1 as number
    from digits as h
    cross join digits as t
    cross join digits as o
)

select * from final
