import random, pytest
from shapely.geometry import box
from sqlalchemy import insert, text
from alerts.store.engine import Store
from alerts.store.subscribers import Neighborhood, Subscriber
from tests.fakes.clock import NOON
pytest_plugins=("tests.store.databases",)
def test_x(postgresql_url):
    st=Store(postgresql_url)
    places=[(x/100,y/100) for x in range(100) for y in range(100)]
    random.Random(1).shuffle(places)
    def fill():
        with st.begin() as s:
            s.execute(text("delete from subscriber"))
            s.add(Subscriber(id=1,token_hash=b"",joined_at=NOON)); s.flush()
            s.execute(insert(Neighborhood),[{"subscriber_id":1,"name":"","shape":box(x,y,x+.005,y+.005),"drawn_at":NOON} for x,y in places])
    def pages():
        with st.read() as s:
            tot=0
            for i in range(9):
                for j in range(9):
                    tot+=s.scalar(text(f"select count(distinct split_part(ctid::text,',',1)) from neighborhood where shape && st_makeenvelope({i/10},{j/10},{i/10+.099},{j/10+.099},4326)"))
            return tot/81
    def do(*q):
        with st.begin() as s:
            for x in q: s.execute(text(x))
    fill(); print("random",pages())
    do("cluster neighborhood using ix_neighborhood_shape"); print("cluster",pages())
    do("cluster neighborhood using ix_neighborhood_shape"); print("cluster twice",pages())
    fill(); do("reindex index ix_neighborhood_shape","cluster neighborhood using ix_neighborhood_shape"); print("reindex+cluster",pages())
    do("create index h on neighborhood (st_geohash(st_centroid(st_envelope(shape)),20))","cluster neighborhood using h","drop index h"); print("geohash",pages())
    do("create table t as select id,shape from neighborhood order by shape");
    with st.read() as s:
        tot=0
        for i in range(9):
            for j in range(9):
                tot+=s.scalar(text(f"select count(distinct split_part(ctid::text,',',1)) from t where shape && st_makeenvelope({i/10},{j/10},{i/10+.099},{j/10+.099},4326)"))
        print("order by shape (rows smaller)",tot/81, s.scalar(text("select pg_relation_size('t')/8192")), s.scalar(text("select pg_relation_size('neighborhood')/8192")))
    do("drop table t")
    st.close()
